import { answer, answerWithTag, api, ifMatch, type Schemas, type Tagged } from '@/shared/api/client';
import type { Slice } from '@/shared/api/pages';

export type Endpoint = Schemas['Webhook'];
export type EndpointWithSecret = Schemas['WebhookWithSecret'];
export type Terms = Schemas['WebhookTerms'];
export type Delivery = Schemas['WebhookDelivery'];
export type DeliveryState = Delivery['state'];
export type EventKind = Schemas['WebhookEvents'][number];

/** Whose endpoints they are, and how the API is asked about them. */
export interface Owner {
  /** Query keys begin with it. */
  key: readonly string[];
  /** Address of the page that lists them. */
  page: string;
  /** Kinds of events that it may be told. */
  events: readonly Exclude<EventKind, '*'>[];
  list: () => Promise<Slice<Endpoint>>;
  get: (endpoint: string) => Promise<Tagged<Endpoint>>;
  create: (terms: Schemas['NewWebhook'], idempotencyKey: string) => Promise<EndpointWithSecret>;
  edit: (endpoint: string, etag: string, terms: Terms) => Promise<Endpoint>;
  remove: (endpoint: string) => Promise<Endpoint>;
  rotate: (endpoint: string, idempotencyKey: string) => Promise<EndpointWithSecret>;
  deliveries: (endpoint: string, query: DeliveryQuery) => Promise<Slice<Delivery>>;
  resend: (endpoint: string, message: string, idempotencyKey: string) => Promise<Delivery>;
  resendDead: (endpoint: string, idempotencyKey: string) => Promise<{ resent: number }>;
}

export interface DeliveryQuery {
  state?: DeliveryState;
  cursor?: string;
}

const once = (idempotencyKey: string) => ({ 'Idempotency-Key': idempotencyKey });
const customerEvents = [
  'invoice.issued',
  'credit_note.issued',
  'payment.booked',
  'budget.reached',
  'dispute.opened',
  'dispute.settled',
  'dunning.reminder',
  'dunning.suspension_notice',
  'dunning.ended',
  'showback.issued',
] as const;

/** Endpoints of a customer, which are told what happens to that one. */
export function webhooksOf(customer: string): Owner {
  const path = (endpoint: string) => ({ customer, endpoint });
  return {
    key: ['customer', customer, 'webhooks'],
    page: `/c/${encodeURIComponent(customer)}/webhooks`,
    events: customerEvents,
    list: () => answer(api.GET('/api/v1/customers/{customer}/webhooks', { params: { path: { customer } } })),
    get: (endpoint) =>
      answerWithTag(
        api.GET('/api/v1/customers/{customer}/webhooks/{endpoint}', { params: { path: path(endpoint) } }),
      ),
    create: (body, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/webhooks', {
          params: { path: { customer }, header: once(key) },
          body,
        }),
      ),
    edit: (endpoint, etag, body) =>
      answer(
        api.PUT('/api/v1/customers/{customer}/webhooks/{endpoint}', {
          params: { path: path(endpoint), header: ifMatch(etag) },
          body,
        }),
      ),
    remove: (endpoint) =>
      answer(
        api.DELETE('/api/v1/customers/{customer}/webhooks/{endpoint}', { params: { path: path(endpoint) } }),
      ),
    rotate: (endpoint, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/webhooks/{endpoint}/rotate', {
          params: { path: path(endpoint), header: once(key) },
        }),
      ),
    deliveries: (endpoint, query) =>
      answer(
        api.GET('/api/v1/customers/{customer}/webhooks/{endpoint}/deliveries', {
          params: { path: path(endpoint), query },
        }),
      ),
    resend: (endpoint, message, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/webhooks/{endpoint}/deliveries/{message}/resend', {
          params: { path: { ...path(endpoint), message }, header: once(key) },
        }),
      ),
    resendDead: (endpoint, key) =>
      answer(
        api.POST('/api/v1/customers/{customer}/webhooks/{endpoint}/resend-dead', {
          params: { path: path(endpoint), header: once(key) },
        }),
      ),
  };
}

/** Endpoints of the house, which are told of all customers. */
export const houseWebhooks: Owner = {
  key: ['house', 'webhooks'],
  page: '/console/deliveries/webhooks',
  events: [
    ...customerEvents,
    'cost_centre.budget_reached',
    'customer.parked',
    'customer.held',
    'dunning.write_off_proposed',
    'endpoint.disabled',
  ],
  list: () => answer(api.GET('/api/v1/webhooks')),
  get: (endpoint) =>
    answerWithTag(api.GET('/api/v1/webhooks/{endpoint}', { params: { path: { endpoint } } })),
  create: (body, key) => answer(api.POST('/api/v1/webhooks', { params: { header: once(key) }, body })),
  edit: (endpoint, etag, body) =>
    answer(
      api.PUT('/api/v1/webhooks/{endpoint}', {
        params: { path: { endpoint }, header: ifMatch(etag) },
        body,
      }),
    ),
  remove: (endpoint) => answer(api.DELETE('/api/v1/webhooks/{endpoint}', { params: { path: { endpoint } } })),
  rotate: (endpoint, key) =>
    answer(
      api.POST('/api/v1/webhooks/{endpoint}/rotate', {
        params: { path: { endpoint }, header: once(key) },
      }),
    ),
  deliveries: (endpoint, query) =>
    answer(api.GET('/api/v1/webhooks/{endpoint}/deliveries', { params: { path: { endpoint }, query } })),
  resend: (endpoint, message, key) =>
    answer(
      api.POST('/api/v1/webhooks/{endpoint}/deliveries/{message}/resend', {
        params: { path: { endpoint, message }, header: once(key) },
      }),
    ),
  resendDead: (endpoint, key) =>
    answer(
      api.POST('/api/v1/webhooks/{endpoint}/resend-dead', {
        params: { path: { endpoint }, header: once(key) },
      }),
    ),
};
