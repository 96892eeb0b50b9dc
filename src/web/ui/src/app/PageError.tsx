import { Button, Stack } from '@mantine/core';
import { isRouteErrorResponse, useRouteError } from 'react-router-dom';
import { Failure } from '@/shared/ui/states';
import { NotFoundPage } from './NotFoundPage';

/** A page that broke. A chunk that is gone (the daemon was updated) comes back by loading the page again. */
export function PageError() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return (
    <Stack p="md" maw={640}>
      <Failure error={error} />
      <div>
        <Button
          onClick={() => {
            location.reload();
          }}
        >
          Load the page again
        </Button>
      </div>
    </Stack>
  );
}
