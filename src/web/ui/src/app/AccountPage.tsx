import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Navigate } from 'react-router-dom';
import { answer, api } from '@/shared/api/client';
import { done } from '@/shared/ui/notify';
import { Page, Section } from '@/shared/ui/Page';
import { Failure } from '@/shared/ui/states';
import { SecondFactor } from './SecondFactor';
import { useSession, useSessionState } from './session';
import classes from './AccountPage.module.css';

const lengthMin = 12;
const toggle = { 'aria-label': 'Show the password', tabIndex: 0 };

function ChangePassword({ needed }: { needed: boolean }) {
  const { begin, oneTimePassword } = useSessionState();
  const [current, setCurrent] = useState(oneTimePassword ?? '');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const change = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/session/password', { body: { current_password: current, new_password: next } }),
      ),
    onSuccess: (session) => {
      begin(session);
      setCurrent('');
      setNext('');
      setRepeated('');
      done('The password is changed; your other sessions have ended');
    },
  });
  const differs = repeated !== '' && repeated !== next;
  const short = next !== '' && next.length < lengthMin;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!differs && !short) change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {oneTimePassword === null ? (
          <PasswordInput
            label={needed ? 'One-time password' : 'Present password'}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={toggle}
            value={current}
            onChange={(event) => {
              setCurrent(event.currentTarget.value);
            }}
          />
        ) : null}
        <PasswordInput
          label="New password"
          description={`At least ${String(lengthMin)} characters; a few words are good`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={toggle}
          value={next}
          error={short ? `At least ${String(lengthMin)} characters` : undefined}
          onChange={(event) => {
            setNext(event.currentTarget.value);
          }}
        />
        <PasswordInput
          label="New password again"
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={toggle}
          value={repeated}
          error={differs ? 'This is another one' : undefined}
          onChange={(event) => {
            setRepeated(event.currentTarget.value);
          }}
        />
        {change.isError ? <Failure error={change.error} /> : null}
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
}

/** The own login: password and second factor. */
export function Component() {
  const { user, role, password_change_needed: needed } = useSession();
  const [wasNeeded] = useState(needed);
  // Not before the session is known to everybody: until then every page leads back to this one.
  if (wasNeeded && !needed) return <Navigate to="/" replace />;
  return (
    <Page title="Your account">
      <div className={classes.account}>
        {needed ? (
          <Alert color="yellow" title="Choose a password">
            You have logged in with a one-time password. It was good for this alone.
          </Alert>
        ) : null}
        <Section title="Password">
          <Text size="sm" mb="sm">
            <strong>{user.login}</strong>, {role}
          </Text>
          <ChangePassword needed={needed} />
        </Section>
        {needed ? null : (
          <Section title="Second factor">
            <SecondFactor />
          </Section>
        )}
      </div>
    </Page>
  );
}
