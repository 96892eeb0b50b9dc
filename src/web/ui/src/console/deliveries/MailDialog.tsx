import { Alert, Code, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cspNonce } from '@/app/nonce';
import { answer, api, type Schemas } from '@/shared/api/client';
import { QueryView } from '@/shared/ui/states';
import { FactList } from '@/shared/ui/FactList';
import classes from './MailDialog.module.css';
import { withAllowedStyles } from './mailStyles';

function Body({ mail }: { mail: Schemas['MailPreview'] }) {
  const [asText, setAsText] = useState(mail.html === null);
  return (
    <Stack gap="xs">
      {mail.html !== null && mail.text !== null ? (
        <SegmentedControl
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          aria-label="Which body"
          value={asText ? 'text' : 'html'}
          onChange={(value) => {
            setAsText(value === 'text');
          }}
          data={[
            { value: 'html', label: 'HTML' },
            { value: 'text', label: 'Text' },
          ]}
        />
      ) : null}
      {asText || mail.html === null ? (
        <Code block className={classes.text}>
          {mail.text ?? 'There is no body.'}
        </Code>
      ) : (
        <iframe
          className={classes.html}
          sandbox=""
          title="The mail as its reader sees it"
          srcDoc={withAllowedStyles(mail.html, cspNonce())}
        />
      )}
    </Stack>
  );
}

/** A mail as its reader sees it. Nothing in it runs, and it fetches nothing. */
export function MailDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const mail = useQuery({
    queryKey: ['mails', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/mails/{id}', { params: { path: { id } }, signal })),
  });
  return (
    <Modal opened onClose={onClose} title={mail.data ? mail.data.mail.name : 'Mail'} size="xl">
      <QueryView query={mail} height={420}>
        {(preview) => (
          <Stack>
            <Text size="sm" c="dimmed">
              {preview.as_sent ? 'As it was sent.' : 'Not sent yet: this is what would be sent now.'}
            </Text>
            <FactList facts={preview.headers.map(({ name, value }) => ({ label: name, value }))} />
            {preview.attachments.length > 0 ? (
              <FactList
                facts={[
                  {
                    label: 'Attached',
                    value: preview.attachments
                      .map(({ name, bytes }) => `${name} (${Math.ceil(bytes / 1024).toString()} KB)`)
                      .join(', '),
                  },
                ]}
              />
            ) : null}
            {preview.problem === null ? (
              <Body mail={preview} />
            ) : (
              <Alert color="red" title="It cannot be made">
                {preview.problem}
              </Alert>
            )}
          </Stack>
        )}
      </QueryView>
    </Modal>
  );
}
