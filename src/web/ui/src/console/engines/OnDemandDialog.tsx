import { Button, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { CustomerPicker } from '../lib/CustomerPicker';
import { portalPath } from '../lib/links';

/** Asks an engine that stores nothing what a customer owes now. */
export function OnDemandDialog({ engine }: { engine: string }) {
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const [customer, setCustomer] = useState('');
  return (
    <>
      <Button size="xs" variant="default" aria-label={`Ask ${engine}`} onClick={open}>
        Ask
      </Button>
      <Modal opened={opened} onClose={close} title={`Ask ${engine}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void navigate(portalPath(customer, 'interim'));
          }}
        >
          <Stack>
            <Text size="sm">Shows what a customer owes at this moment. Nothing is stored.</Text>
            <CustomerPicker label="Customer" value={customer} onChange={setCustomer} />
            <DialogFoot label="Show the interim invoice" disabled={customer === ''} onLeave={close} />
          </Stack>
        </form>
      </Modal>
    </>
  );
}
