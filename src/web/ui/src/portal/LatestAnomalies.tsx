import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { Section } from '@/shared/ui/Page';
import { anomalyDays } from './anomalies';
import { pageOf, useCustomer } from './customer';
import classes from './Anomalies.module.css';
import { anomaliesQuery } from './queries';

const shown = 3;

/** The last anomalies in usage in a sentence each, with the way to all of them; nothing where there are none. */
export function LatestAnomalies() {
  const { customer } = useCustomer();
  const { data } = useQuery(anomaliesQuery(customer.key, anomalyDays, ''));
  if (!data || data.items.length === 0) return null;
  return (
    <Section
      title="Unusual usage"
      aside={
        <Anchor component={Link} to={pageOf(customer.key, 'usage', 'anomalies')} size="sm">
          {data.items.length > shown ? `All ${String(data.items.length)} with charts` : 'With charts'}
        </Anchor>
      }
    >
      <ul className={classes.sentences}>
        {data.items.slice(0, shown).map(({ text }) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        Of the last {String(data.days)} days.
      </Text>
    </Section>
  );
}
