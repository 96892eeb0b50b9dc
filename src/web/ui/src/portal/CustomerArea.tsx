import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Outlet, useParams } from 'react-router-dom';
import { NotFoundPage } from '@/app/NotFoundPage';
import { useSession } from '@/app/session';
import { ApiError } from '@/shared/api/problem';
import { browserReader } from '@/shared/format/format';
import { ReaderProvider } from '@/shared/format/reader';
import { Failure, Loading } from '@/shared/ui/states';
import classes from './CustomerArea.module.css';
import { CustomerContext } from './customer';
import { customerQuery, settingsQuery } from './queries';

/** Fetches whose pages these are and how its people read numbers and times. */
export function Component() {
  const key = useParams().customer ?? '';
  const isOwn = useSession().customer?.key === key;
  const customer = useQuery(customerQuery(key));
  const settings = useQuery(settingsQuery(key));

  const state = useMemo(
    () => (customer.data && settings.data ? { customer: customer.data, settings: settings.data } : null),
    [customer.data, settings.data],
  );
  const language = settings.data?.value.language;
  const zone = settings.data?.value.zone ?? customer.data?.time_zone;
  const reader = useMemo(
    () => ({ locale: language ?? browserReader.locale, zone: zone ?? browserReader.zone }),
    [language, zone],
  );

  const error = customer.error ?? settings.error;
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  if (error && !state) {
    const again = () => {
      void customer.refetch();
      void settings.refetch();
    };
    return <Failure error={error} retry={again} />;
  }
  if (!state) return <Loading height={480} />;
  return (
    <CustomerContext.Provider value={state}>
      <ReaderProvider reader={reader}>
        {isOwn ? null : (
          <div className={`${classes.whose} no-print`}>
            <Text size="sm" c="dimmed" span>
              Customer
            </Text>
            <Text size="sm" fw={600} span>
              {state.customer.name}
            </Text>
            <Badge color="gray">{state.customer.key}</Badge>
            {state.customer.parked ? (
              <Badge color="red" title={state.customer.parked.reason}>
                parked
              </Badge>
            ) : null}
          </div>
        )}
        <Outlet />
      </ReaderProvider>
    </CustomerContext.Provider>
  );
}
