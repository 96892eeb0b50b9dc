import { queryOptions } from '@tanstack/react-query';
import { answer, answerWithTag, api, ifMatch, type Schemas, type Tagged } from '@/shared/api/client';

export type CostCentre = Schemas['CostCentreList']['items'][number];
export type CentreBudgets = Schemas['CostCentreBudgets'];
export type CentreAlert = Schemas['CostCentreAlert'];
export type BudgetChoices = Schemas['CostCentreBudgetChoices'];

/** What all keys of queries about cost centres begin with. */
export const costCentresKey = 'cost-centres';

export const costCentresPath = '/console/cost-centres';

export function costCentrePath(name: string): string {
  return `${costCentresPath}/${encodeURIComponent(name)}`;
}

export const costCentresQuery = queryOptions({
  queryKey: [costCentresKey, 'trees'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/cost-centres', { signal })),
});

export const allBudgetsQuery = queryOptions({
  queryKey: [costCentresKey, 'all-budgets'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/cost-centres/budgets', { signal })),
});

export const budgetChoicesQuery = queryOptions({
  queryKey: [costCentresKey, 'budget-choices'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/cost-centres/budget-choices', { signal })),
});

export const budgetsQuery = (name: string) =>
  queryOptions({
    queryKey: [costCentresKey, 'budgets', name],
    queryFn: ({ signal }) =>
      answerWithTag(
        api.GET('/api/v1/cost-centres/{cost_centre}/budgets', {
          params: { path: { cost_centre: name } },
          signal,
        }),
      ),
  });

/** Stores budgets in place of those that were read. */
export function putBudgets(
  read: Tagged<CentreBudgets>,
  body: Schemas['NewCostCentreBudgets'],
): Promise<Tagged<CentreBudgets>> {
  return answerWithTag(
    api.PUT('/api/v1/cost-centres/{cost_centre}/budgets', {
      params: { path: { cost_centre: read.value.cost_centre }, header: ifMatch(read.etag) },
      body,
    }),
  );
}
