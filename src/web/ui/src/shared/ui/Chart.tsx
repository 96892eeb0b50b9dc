import { SegmentedControl } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Loading } from './states';
import type { PictureProps } from './ChartPicture';
import classes from './Chart.module.css';

const ChartPicture = lazy(() => import('./ChartPicture'));

interface ChartProps extends PictureProps {
  /** What the chart shows, in a sentence. */
  label: string;
  /** The same as a table, exact. */
  table: ReactNode;
  /** Beside the switch between picture and table. */
  aside?: ReactNode;
}

/**
 * A picture for the eye, and one press away a table with the exact figures. The library that draws is loaded with the
 * first chart.
 */
export function Chart({ label, table, aside, height = 240, ...picture }: ChartProps) {
  const [shown, setShown] = useState('chart');
  return (
    <div>
      <div className={`${classes.controls} no-print`}>
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={setShown}
          aria-label={`${label}: how to show it`}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
        />
        {aside}
      </div>
      {shown === 'chart' ? (
        <div role="img" aria-label={`${label}. The table has the figures.`} className={classes.picture}>
          <Suspense fallback={<Loading height={height} />}>
            <ChartPicture {...picture} height={height} />
          </Suspense>
        </div>
      ) : (
        table
      )}
    </div>
  );
}
