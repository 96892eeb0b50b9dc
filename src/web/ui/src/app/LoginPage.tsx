import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router-dom';
import { answer, api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import { Failure } from '@/shared/ui/states';
import { Brand } from './Brand';
import { useSessionState } from './session';
import classes from './LoginPage.module.css';

/** The command line prints links that carry a one-time login behind the "#", where no server sees it. */
function fromFragment(): { login: string; password: string } {
  const fragment = new URLSearchParams(location.hash.slice(1));
  return { login: fragment.get('login') ?? '', password: fragment.get('password') ?? '' };
}

/** Only pages of ours, never another site. */
function nextPage(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

export function Component() {
  const { session, expired, begin } = useSessionState();
  const [search] = useSearchParams();
  const [given] = useState(fromFragment);
  const [login, setLogin] = useState(given.login);
  const [password, setPassword] = useState(given.password);
  const [code, setCode] = useState('');
  const codeField = useRef<HTMLInputElement>(null);
  const logIn = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/session', { body: { login: login.trim(), password, code: code || null } })),
    onSuccess: (session) => {
      begin(session, password);
    },
  });
  const refused = logIn.error instanceof ApiError ? logIn.error : null;
  const codeProblem = refused?.at('code');
  const asksCode = codeProblem !== undefined;

  useEffect(() => {
    document.title = 'Log in · Reckoner';
    if (location.hash) history.replaceState(history.state, '', location.pathname + location.search);
  }, []);
  useEffect(() => {
    if (asksCode) codeField.current?.focus();
  }, [asksCode]);

  if (session) return <Navigate to={nextPage(search.get('next'))} replace />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <main className={classes.main}>
      <Paper className={classes.panel}>
        <Brand />
        <Title order={1} mt="lg">
          Log in
        </Title>
        {expired ? (
          <Alert color="yellow" role="status" mt="sm">
            Your session has ended. Log in again to go on where you were.
          </Alert>
        ) : null}
        <form onSubmit={submit}>
          <Stack mt="md">
            <TextInput
              label="Login"
              placeholder="anna@acme"
              name="login"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              withAsterisk={false}
              value={login}
              onChange={(event) => {
                setLogin(event.currentTarget.value);
              }}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
              onChange={(event) => {
                setPassword(event.currentTarget.value);
              }}
            />
            {asksCode || code ? (
              <TextInput
                ref={codeField}
                label="Code of the authenticator app"
                name="code"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={6}
                value={code}
                error={code ? codeProblem : undefined}
                onChange={(event) => {
                  setCode(event.currentTarget.value);
                }}
              />
            ) : null}
            {logIn.isError && !asksCode ? <Failure error={logIn.error} /> : null}
            <Button type="submit" loading={logIn.isPending} fullWidth>
              Log in
            </Button>
          </Stack>
        </form>
        <Text size="xs" c="dimmed" mt="lg">
          A forgotten password: whoever manages your users gives you a new one-time password.
        </Text>
      </Paper>
    </main>
  );
}
