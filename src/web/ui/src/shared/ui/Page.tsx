import { Group, Paper, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  /** Beside the title: what the page is about, a badge. */
  aside?: ReactNode;
  /** What one can do here. */
  actions?: ReactNode;
  /** Whether the title stands on paper too; not where the content has its own. */
  printsTitle?: boolean;
  children: ReactNode;
}

/** A page's title (also the window's), its actions, and its content. */
export function Page({ title, aside, actions, printsTitle = true, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Reckoner`;
  }, [title]);
  return (
    <>
      <div className={printsTitle ? classes.head : `${classes.head ?? ''} no-print`}>
        <Group gap="sm" align="center">
          <Title order={1}>{title}</Title>
          {aside}
        </Group>
        {actions ? <div className={`${classes.actions} no-print`}>{actions}</div> : null}
      </div>
      <div className={classes.body}>{children}</div>
    </>
  );
}

interface SectionProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A titled part of a page. */
export function Section({ title, aside, children, className }: SectionProps) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} className={`${classes.section} ${className ?? ''}`}>
      <div className={classes.sectionHead}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </Paper>
  );
}
