import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatRoughly } from '../format/format';
import { useReader } from '../format/reader';
import { approximately } from '../format/decimal';
import classes from './Chart.module.css';

export interface Series {
  name: string;
  label: string;
  /** A colour of theme.css, "--chart-1"; by default one after the other. */
  color?: string;
}

export interface Point {
  label: string;
  /** By name of the series: exact decimals, which only their place in the picture rounds. */
  values: Record<string, string>;
  /** Drawn paler: not final. */
  muted?: boolean;
}

export interface PictureProps {
  kind: 'bars' | 'area';
  points: Point[];
  series: Series[];
  /** Writes a figure in the tooltip. */
  format: (value: string) => string;
  height?: number;
  stacked?: boolean;
}

interface TooltipProps {
  active?: boolean;
  payload?: { payload: Point }[];
  series: Series[];
  format: (value: string) => string;
}

function colorOf(series: Series, index: number): string {
  return `var(${series.color ?? `--chart-${(index % 6) + 1}`})`;
}

function PointTooltip({ active, payload, series, format }: TooltipProps) {
  const point = payload?.[0]?.payload;
  if (!active || !point) return null;
  return (
    <div className={classes.tooltip}>
      <strong>{point.label}</strong>
      {series.map((one, index) => {
        const value = point.values[one.name];
        return value === undefined ? null : (
          <div key={one.name}>
            <span className={classes.swatch} style={{ background: colorOf(one, index) }} />
            {one.label}: <span className="tabular">{format(value)}</span>
          </div>
        );
      })}
    </div>
  );
}

export default function ChartPicture({ kind, points, series, format, height = 240, stacked }: PictureProps) {
  const reader = useReader();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const shared = {
    data: points,
    margin: { top: 8, right: 8, bottom: 0, left: 0 },
    accessibilityLayer: false,
  };
  const axes = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--app-border)" />,
    <XAxis
      key="x"
      dataKey="label"
      tickLine={false}
      axisLine={{ stroke: 'var(--app-border)' }}
      tick={{ fill: 'var(--mantine-color-dimmed)', fontSize: 12 }}
      minTickGap={12}
    />,
    <YAxis
      key="y"
      width={48}
      tickLine={false}
      axisLine={false}
      tick={{ fill: 'var(--mantine-color-dimmed)', fontSize: 12 }}
      tickFormatter={(value: number) => formatRoughly(value, reader)}
    />,
    <Tooltip
      key="tooltip"
      isAnimationActive={false}
      cursor={{ fill: 'var(--app-hover)', stroke: 'var(--app-border)' }}
      content={<PointTooltip series={series} format={format} />}
    />,
  ];
  const place = (name: string) => (point: Point) => {
    const value = point.values[name];
    return value === undefined ? null : approximately(value);
  };
  return (
    <>
      <ResponsiveContainer width="100%" height={height}>
        {kind === 'bars' ? (
          <BarChart {...shared}>
            {axes}
            {series.map((one, index) => (
              <Bar
                key={one.name}
                dataKey={place(one.name)}
                name={one.label}
                fill={colorOf(one, index)}
                isAnimationActive={!still}
                animationDuration={300}
                maxBarSize={44}
                {...(stacked ? { stackId: 'all' } : { radius: [3, 3, 0, 0] })}
              >
                {points.map((point) => (
                  <Cell key={point.label} fillOpacity={point.muted ? 0.45 : 1} />
                ))}
              </Bar>
            ))}
          </BarChart>
        ) : (
          <AreaChart {...shared}>
            {axes}
            {series.map((one, index) => (
              <Area
                key={one.name}
                dataKey={place(one.name)}
                name={one.label}
                stroke={colorOf(one, index)}
                fill={colorOf(one, index)}
                fillOpacity={stacked ? 0.7 : 0.15}
                strokeWidth={1.6}
                isAnimationActive={!still}
                animationDuration={300}
                type="monotone"
                {...(stacked ? { stackId: 'all' } : {})}
              />
            ))}
          </AreaChart>
        )}
      </ResponsiveContainer>
      {series.length > 1 ? (
        <div className={classes.legend}>
          {series.map((one, index) => (
            <span key={one.name}>
              <span className={classes.swatch} style={{ background: colorOf(one, index) }} />
              {one.label}
            </span>
          ))}
        </div>
      ) : null}
    </>
  );
}
