import { NavLink } from 'react-router-dom';
import classes from './Subnav.module.css';

interface SubnavProps {
  /** What the pages have in common. */
  label: string;
  /** The first is the one that the navigation leads to. */
  pages: { to: string; label: string }[];
}

/** Pages that share an entry of the navigation, below their title. */
export function Subnav({ label, pages }: SubnavProps) {
  return (
    <nav aria-label={label} className={`${classes.pages ?? ''} no-print`}>
      {pages.map(({ to, label: text }) => (
        <NavLink key={to} to={to} end className={classes.page ?? ''}>
          {text}
        </NavLink>
      ))}
    </nav>
  );
}
