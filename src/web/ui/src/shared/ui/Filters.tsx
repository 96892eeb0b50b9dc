import type { ReactNode } from 'react';
import classes from './Filters.module.css';

/** Fields that narrow a list down, in a row where there is room. */
export function Filters({ children }: { children: ReactNode }) {
  return (
    <search className={classes.filters} aria-label="Filter">
      {children}
    </search>
  );
}
