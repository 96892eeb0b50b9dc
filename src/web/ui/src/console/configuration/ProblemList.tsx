import { Anchor, Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { Schemas } from '@/shared/api/client';
import classes from './ProblemList.module.css';

export type Problem = Schemas['ConfigurationProblem'];

function placeOf({ file, line, column }: Problem): string {
  if (file === '') return 'configuration';
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}

interface ProblemListProps {
  problems: Problem[];
  /** The draft was changed since; they are looked for again. */
  checking: boolean;
  onOpen: (problem: Problem) => void;
}

/** What the server finds wrong with the draft. */
export function ProblemList({ problems, checking, onOpen }: ProblemListProps) {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return (
    <section className={classes.box} aria-label="Problems">
      <div className={classes.head} role="status">
        {errors === 0 ? (
          <IconCircleCheck size={18} className={classes.good} aria-hidden />
        ) : (
          <IconCircleX size={18} className={classes.bad} aria-hidden />
        )}
        <Text size="sm" fw={600}>
          {errors === 0 ? 'Nothing wrong' : errors === 1 ? '1 problem' : `${errors} problems`}
        </Text>
        {checking ? <Loader size="xs" aria-label="Checking" /> : null}
      </div>
      {problems.length > 0 ? (
        <ul className={classes.list}>
          {problems.map((problem) => (
            <li key={`${placeOf(problem)} ${problem.message}`}>
              {problem.severity === 'error' ? (
                <IconCircleX size={16} className={classes.bad} aria-label="Error" />
              ) : (
                <IconAlertTriangle size={16} className={classes.warning} aria-label="Warning" />
              )}
              <span>
                {problem.file === '' ? null : (
                  <>
                    <Anchor
                      underline="always"
                      component="button"
                      type="button"
                      inherit
                      onClick={() => {
                        onOpen(problem);
                      }}
                    >
                      {placeOf(problem)}
                    </Anchor>
                    {': '}
                  </>
                )}
                {problem.message}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
