import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/problem';
import classes from './states.module.css';

/** Takes the room that the content will take, so that nothing moves when it comes. */
export function Loading({ height = 200, label = 'Loading' }: { height?: number; label?: string }) {
  return (
    <div role="status">
      <span className="visually-hidden">{label}…</span>
      <Skeleton height={height} radius="sm" aria-hidden />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <IconInbox size={28} stroke={1.4} aria-hidden />
      <Text fw={600}>{title}</Text>
      {children ? (
        <Text c="dimmed" size="sm" component="div">
          {children}
        </Text>
      ) : null}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retry?: (() => void) | undefined;
  /** Whether what is wrong at a member of the request stands at its field. */
  placed?: (at: string) => boolean;
}

/** What went wrong, in the server's words, with the number under which its log has it. */
export function Failure({ error, retry, placed = () => false }: FailureProps) {
  const problem = error instanceof ApiError ? error.problem : null;
  const items = problem?.items?.filter(({ at }) => !placed(at));
  const request = problem?.instance.replace(/^urn:request:/, '');
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem?.title ?? 'This did not work'}
      role="alert"
    >
      <Stack gap={6} align="flex-start">
        <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
        {items?.map((item) => (
          <Text size="sm" key={`${item.at} ${item.detail}`}>
            <code>{item.at}</code>: {item.detail}
          </Text>
        ))}
        {request ? (
          <Text size="xs" c="dimmed">
            Request {request}
          </Text>
        ) : null}
        {retry ? (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
      </Stack>
    </Alert>
  );
}

interface QueryViewProps<T> {
  query: UseQueryResult<T>;
  /** Height of the place holder, about that of the content. */
  height?: number;
  children: (data: T) => ReactNode;
}

/** The three states of something that is fetched. Old data stay while they are fetched again. */
export function QueryView<T>({ query, height, children }: QueryViewProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <Failure
        error={query.error}
        retry={() => {
          void query.refetch();
        }}
      />
    );
  }
  return <Loading {...(height === undefined ? {} : { height })} />;
}
