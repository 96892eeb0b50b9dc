import classes from './Brand.module.css';

export function Brand() {
  return (
    <span className={classes.brand}>
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#1f4e79" />
        <path d="M8 9h16M8 16h16M8 23h9" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
        <circle cx="13" cy="9" r="3" fill="#ffd166" />
        <circle cx="20" cy="16" r="3" fill="#ffd166" />
      </svg>
      Reckoner
    </span>
  );
}
