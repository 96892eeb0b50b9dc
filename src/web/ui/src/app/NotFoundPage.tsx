import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router-dom';
import { Page } from '@/shared/ui/Page';

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <Text>
        There is no such page, or it is not yours to see.{' '}
        <Anchor component={Link} to="/" underline="always">
          To the first page
        </Anchor>
      </Text>
    </Page>
  );
}
