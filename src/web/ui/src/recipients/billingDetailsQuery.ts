import { queryOptions } from '@tanstack/react-query';
import { answerWithTag, api } from '@/shared/api/client';

export const billingDetailsQuery = (customer: string) =>
  queryOptions({
    queryKey: ['customer', customer, 'billing-details'],
    queryFn: () =>
      answerWithTag(
        api.GET('/api/v1/customers/{customer}/billing-details', { params: { path: { customer } } }),
      ),
  });
