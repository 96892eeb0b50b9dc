import { Button, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { DialogFoot } from '@/shared/ui/DialogFoot';
import { kindOf } from './configurationQueries';

const beginnings: [RegExp, (name: string) => string][] = [
  [
    /\.dmn$/,
    (name) => `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
             id="${name}" name="${name}" namespace="urn:reckoner:rules:${name}">
  <inputData id="plan-name" name="plan.name">
    <variable name="plan.name" typeRef="string"/>
  </inputData>
  <decision id="decision" name="Fee of ${name}">
    <variable name="Fee of ${name}"/>
    <informationRequirement id="needs-plan-name">
      <requiredInput href="#plan-name"/>
    </informationRequirement>
    <decisionTable id="table" hitPolicy="UNIQUE">
      <input id="plan" label="Plan">
        <inputExpression id="plan-expression" typeRef="string">
          <text>plan.name</text>
        </inputExpression>
      </input>
      <output id="fee" name="fee" label="Fee" typeRef="number"/>
    </decisionTable>
  </decision>
</definitions>
`,
  ],
  [
    /^pricing\/.*\.xml$/,
    (name) => `<?xml version="1.0" encoding="UTF-8"?>
<pricing xmlns="urn:reckoner:pricing:1" strategy="${name}" currency="USD">
</pricing>
`,
  ],
  [
    /^taxes\.xml$/,
    () => '<?xml version="1.0" encoding="UTF-8"?>\n<taxes xmlns="urn:reckoner:taxes:1">\n</taxes>\n',
  ],
];

function beginning(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return beginnings.find(([pattern]) => pattern.test(file))?.[1](name) ?? '';
}

/** Adds a file to the draft. */
export function NewFileDialog({
  taken,
  onAdd,
}: {
  taken: Set<string>;
  onAdd: (name: string, text: string) => void;
}) {
  const [opened, { open, close }] = useDisclosure(false);
  const [name, setName] = useState('');
  const wrong =
    name === ''
      ? null
      : taken.has(name)
        ? 'There is such a file already.'
        : kindOf(name) === null || name.includes('..')
          ? 'Files are pricing/NAME.xml, pricing/NAME.dmn, mail/NAME.mustache, logo/NAME.svg, exports/NAME.xml, taxes.xml, accounts.xml, allocation.xml or suppliers.xml.'
          : null;
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          setName('');
          open();
        }}
      >
        Add a file
      </Button>
      <Modal opened={opened} onClose={close} title="Add a file">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onAdd(name, beginning(name));
            close();
          }}
        >
          <Stack>
            <TextInput
              label="Name with folder"
              placeholder="pricing/new-plans.xml"
              value={name}
              error={wrong}
              data-autofocus
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
            <DialogFoot label="Add" disabled={name === '' || wrong !== null} onLeave={close} />
          </Stack>
        </form>
      </Modal>
    </>
  );
}
