import { useElementSize } from '@mantine/hooks';
import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type PointerEvent, useState } from 'react';
import { approximately } from '../format/decimal';
import { formatRoughly } from '../format/format';
import { useReader } from '../format/reader';
import classes from './Chart.module.css';

export interface Series {
  name: string;
  label: string;
  /** A colour of theme.css, "--chart-1"; by default one after the other. */
  color?: string;
}

export interface Point {
  label: string;
  /** For the axis, where the label is long. */
  short?: string;
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
  /** Values of one point stand on each other. */
  stacked?: boolean;
}

/** One value, from where to where it is drawn. */
interface Extent {
  low: number;
  high: number;
}

const margin = { top: 8, right: 8, bottom: 26, left: 50 };
const letterWidth = 6.6;

function colorOf(series: Series, index: number): string {
  return `var(${series.color ?? `--chart-${(index % 6) + 1}`})`;
}

/** By point, then by series; null where there is no value. */
function extentsOf(points: Point[], series: Series[], stacked: boolean): (Extent | null)[][] {
  return points.map(({ values }) => {
    let up = 0;
    let down = 0;
    return series.map(({ name }) => {
      const text = values[name];
      if (text === undefined) return null;
      const value = approximately(text);
      if (!stacked) return { low: Math.min(0, value), high: Math.max(0, value) };
      if (value < 0) {
        down += value;
        return { low: down, high: down - value };
      }
      up += value;
      return { low: up - value, high: up };
    });
  });
}

interface DrawingProps {
  points: Point[];
  series: Series[];
  extents: (Extent | null)[][];
  x: ScaleBand<number>;
  y: ScaleLinear<number, number>;
  stacked: boolean;
}

function Bars({ points, series, extents, x, y, stacked }: DrawingProps) {
  const inner = scaleBand<number>()
    .domain(stacked ? [0] : series.map((_, index) => index))
    .range([0, x.bandwidth()])
    .padding(stacked || series.length === 1 ? 0 : 0.08);
  const width = Math.min(inner.bandwidth(), 48);
  const inset = (inner.bandwidth() - width) / 2;
  return extents.map((values, point) =>
    values.map((extent, index) => {
      const one = series[index];
      if (extent === null || one === undefined) return null;
      const top = y(extent.high);
      return (
        <rect
          key={`${String(point)} ${one.name}`}
          x={(x(point) ?? 0) + (inner(stacked ? 0 : index) ?? 0) + inset}
          y={top}
          width={width}
          height={Math.max(0, y(extent.low) - top)}
          rx={stacked ? 0 : Math.min(2, width / 4)}
          fill={colorOf(one, index)}
          fillOpacity={points[point]?.muted ? 0.45 : 1}
        />
      );
    }),
  );
}

function Areas({ series, extents, x, y, stacked }: DrawingProps) {
  const middle = (_: unknown, point: number) => (x(point) ?? 0) + x.bandwidth() / 2;
  const defined = (extent: Extent | null) => extent !== null;
  const fill = area<Extent | null>()
    .defined(defined)
    .x(middle)
    .y0((extent) => y(extent?.low ?? 0))
    .y1((extent) => y(extent?.high ?? 0));
  const edge = line<Extent | null>()
    .defined(defined)
    .x(middle)
    .y((extent) => y(extent?.high ?? 0));
  return series.map((one, index) => {
    const column = extents.map((values) => values[index] ?? null);
    return (
      <g key={one.name}>
        <path d={fill(column) ?? ''} fill={colorOf(one, index)} fillOpacity={stacked ? 0.7 : 0.15} />
        <path d={edge(column) ?? ''} fill="none" stroke={colorOf(one, index)} strokeWidth={1.6} />
      </g>
    );
  });
}

interface TooltipProps {
  point: Point;
  /** Middle of the point, in pixels from the left. */
  left: number;
  /** Whether it stands to the left of the middle, near the right edge. */
  flipped: boolean;
  series: Series[];
  format: (value: string) => string;
}

function Tooltip({ point, left, flipped, series, format }: TooltipProps) {
  return (
    <div className={classes.tooltip} style={{ left }} data-flipped={flipped || undefined}>
      <strong>{point.label}</strong>
      {series.map((one, index) => {
        const value = point.values[one.name];
        return value === undefined ? null : (
          <div key={one.name} className="tabular">
            <span className={classes.swatch} style={{ background: colorOf(one, index) }} />
            {one.label}: {format(value)}
          </div>
        );
      })}
    </div>
  );
}

/** Draws what `Chart` shows; the library for scales and paths comes with it. */
export default function ChartPicture({
  kind,
  points,
  series,
  format,
  height = 240,
  stacked = false,
}: PictureProps) {
  const reader = useReader();
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<number | null>(null);

  const extents = extentsOf(points, series, stacked);
  const all = extents.flat().filter((extent) => extent !== null);
  const x = scaleBand<number>()
    .domain(points.map((_, index) => index))
    .range([margin.left, Math.max(margin.left + 1, width - margin.right)])
    .paddingInner(kind === 'bars' ? 0.24 : 0)
    .paddingOuter(kind === 'bars' ? 0.12 : 0);
  const y = scaleLinear()
    .domain([Math.min(0, ...all.map(({ low }) => low)), Math.max(0, ...all.map(({ high }) => high)) || 1])
    .nice(4)
    .range([height - margin.bottom, margin.top]);
  const axisLabels = points.map(({ label, short }) => short ?? label);
  const longest = Math.max(1, ...axisLabels.map((label) => label.length));
  const every = Math.max(1, Math.ceil((longest * letterWidth * 1.25 + 14) / Math.max(1, x.step())));
  const middleOf = (index: number) => (x(index) ?? 0) + x.bandwidth() / 2;
  const labelled = (index: number) =>
    (points.length - 1 - index) % every === 0 && middleOf(index) - (longest * letterWidth) / 2 > 0;

  const point = (event: PointerEvent<SVGSVGElement>) => {
    const inside = event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left;
    const index = Math.floor(inside / x.step());
    setPointed(index >= 0 && index < points.length ? index : null);
  };
  const drawing = { points, series, extents, x, y, stacked };
  const pointedAt = pointed === null ? undefined : points[pointed];
  return (
    <>
      <div ref={ref} className={classes.plot} style={{ height }}>
        {width > 0 ? (
          <svg
            width={width}
            height={height}
            onPointerMove={point}
            onPointerLeave={() => {
              setPointed(null);
            }}
          >
            {y.ticks(4).map((tick) => (
              <g key={tick}>
                <line
                  x1={margin.left}
                  x2={width - margin.right}
                  y1={y(tick)}
                  y2={y(tick)}
                  className={classes.grid}
                />
                <text x={margin.left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className={classes.axis}>
                  {formatRoughly(tick, reader)}
                </text>
              </g>
            ))}
            {pointed === null ? null : (
              <rect
                x={(x(pointed) ?? 0) - (x.step() - x.bandwidth()) / 2}
                y={margin.top}
                width={x.step()}
                height={height - margin.top - margin.bottom}
                className={classes.pointed}
              />
            )}
            {kind === 'bars' ? <Bars {...drawing} /> : <Areas {...drawing} />}
            {axisLabels.map((label, index) =>
              labelled(index) ? (
                <text
                  key={points[index]?.label}
                  x={Math.min(middleOf(index), width - (longest * letterWidth) / 2)}
                  y={height - 8}
                  textAnchor="middle"
                  className={classes.axis}
                >
                  {label}
                </text>
              ) : null,
            )}
          </svg>
        ) : null}
        {pointed !== null && pointedAt ? (
          <Tooltip
            point={pointedAt}
            left={middleOf(pointed)}
            flipped={middleOf(pointed) > width / 2}
            series={series}
            format={format}
          />
        ) : null}
      </div>
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
