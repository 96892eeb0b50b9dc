import { Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { answer, api, type Schemas } from '@/shared/api/client';
import { CustomerPicker } from '../lib/CustomerPicker';
import { useAction } from '@/shared/api/useAction';
import { customerRoles, houseRoles, type Role } from './roles';
import { Choice } from '@/shared/ui/Choice';
import { DialogFoot } from '@/shared/ui/DialogFoot';

interface NewUserDialogProps {
  onClose: () => void;
  onAdded: (given: Schemas['UserWithPassword']) => void;
}

/** Adds a user of the house or of a customer. */
export function NewUserDialog({ onClose, onAdded }: NewUserDialogProps) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [customer, setCustomer] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const roles = customer === '' ? houseRoles : customerRoles;
  const role: Role = roles.find((each) => each.value === chosen)?.value ?? roles[0]?.value ?? 'auditor';
  const add = useAction(
    (_: null, key) =>
      answer(
        api.POST('/api/v1/users', {
          params: { header: { 'Idempotency-Key': key } },
          body: { name: name.trim(), role, email: email.trim() || null, customer: customer || null },
        }),
      ),
    {
      done: ({ user }) => `${user.login} is added`,
      changes: ['users'],
      after: (given) => {
        onClose();
        onAdded(given);
      },
    },
  );
  return (
    <Modal opened onClose={onClose} title="Add a user">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(null);
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description={customer === '' ? 'The login' : `The login will be ${name || 'NAME'}@${customer}`}
            required
            data-autofocus
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value.toLowerCase());
              add.begin();
            }}
          />
          <TextInput
            label="Mail address"
            description="May be left out"
            type="email"
            value={email}
            onChange={(event) => {
              setEmail(event.currentTarget.value);
              add.begin();
            }}
          />
          <CustomerPicker
            label="Customer"
            description="Empty: a user of the house"
            value={customer}
            onChange={(key) => {
              setCustomer(key);
              add.begin();
            }}
          />
          <Choice label="Role" data={roles} value={role} onChange={setChosen} />
          <DialogFoot label="Add" action={add} onLeave={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
