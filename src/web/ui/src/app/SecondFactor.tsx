import { Badge, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { done } from '@/shared/ui/notify';
import { Secret } from '@/shared/ui/Secret';
import { Failure } from '@/shared/ui/states';
import { useSession, useSessionState } from './session';
import classes from './AccountPage.module.css';

/** The address as a picture for the camera of a telephone; what draws it is loaded on demand. */
function QrCode({ text }: { text: string }) {
  const query = useQuery({
    queryKey: ['qr', text],
    queryFn: async () => {
      const { encode } = await import('uqr');
      const { data, size } = encode(text);
      const path = data
        .flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : [])))
        .join('');
      return { path, size };
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  if (!query.data) return null;
  const { path, size } = query.data;
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      className={classes.code}
      role="img"
      aria-label="QR code of the secret"
    >
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}

function Confirm({ secret, onConfirmed }: { secret: Schemas['TotpSecret']; onConfirmed: () => void }) {
  const { begin } = useSessionState();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/session/totp/confirm', { body: { code } })),
    onSuccess: (session) => {
      begin(session);
      done('The second factor is on');
      onConfirmed();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">Read the picture with an authenticator app, or type the secret into it.</Text>
        <QrCode text={secret.uri} />
        <Secret label="Secret" value={secret.secret} />
        <TextInput
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => {
            setCode(event.currentTarget.value);
          }}
        />
        {confirm.isError ? <Failure error={confirm.error} /> : null}
        <Button type="submit" loading={confirm.isPending}>
          Switch it on
        </Button>
      </Stack>
    </form>
  );
}

/** Codes of an authenticator app, beside the password. */
export function SecondFactor() {
  const { totp } = useSession();
  const { begin } = useSessionState();
  const [password, setPassword] = useState('');
  const [secret, setSecret] = useState<Schemas['TotpSecret'] | null>(null);
  const start = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/session/totp', { body: { password } })),
    onSuccess: (made) => {
      setSecret(made);
      setPassword('');
    },
  });
  const remove = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/session/totp/remove', { body: { password } })),
    onSuccess: (session) => {
      begin(session);
      setPassword('');
      done('The second factor is off');
    },
  });
  if (secret) {
    return (
      <Confirm
        secret={secret}
        onConfirmed={() => {
          setSecret(null);
        }}
      />
    );
  }
  const action = totp ? remove : start;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          {totp ? <Badge color="green">on</Badge> : <Badge color="gray">off</Badge>} With it, a login needs a
          code of an authenticator app too.
        </Text>
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
        />
        {action.isError ? <Failure error={action.error} /> : null}
        <Button type="submit" variant={totp ? 'default' : 'filled'} loading={action.isPending}>
          {totp ? 'Switch it off' : 'Begin to use one'}
        </Button>
      </Stack>
    </form>
  );
}
