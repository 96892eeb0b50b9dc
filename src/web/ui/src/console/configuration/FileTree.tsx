import { Badge, UnstyledButton } from '@mantine/core';
import { IconFileCode, IconMail, IconPuzzle, IconTable } from '@tabler/icons-react';
import type { FileChange } from './draft';
import classes from './FileTree.module.css';

export interface TreeFile {
  name: string;
  change: FileChange | null;
  problems: number;
  isLibrary: boolean;
}

const colours = { added: 'green', changed: 'blue', removed: 'red' } as const;

function iconOf({ name, isLibrary }: TreeFile) {
  if (isLibrary) return IconPuzzle;
  if (name.endsWith('.dmn')) return IconTable;
  return name.endsWith('.mustache') ? IconMail : IconFileCode;
}

function FileEntry({
  file,
  shown,
  onOpen,
}: {
  file: TreeFile;
  shown: boolean;
  onOpen: (name: string) => void;
}) {
  const FileIcon = iconOf(file);
  const label = file.name.slice(file.name.lastIndexOf('/') + 1);
  const content = (
    <>
      <FileIcon size={16} stroke={1.6} aria-hidden />
      <span className={classes.name}>{label}</span>
      {file.change ? (
        <Badge size="xs" color={colours[file.change]}>
          {file.change}
        </Badge>
      ) : null}
      {file.problems > 0 ? (
        <Badge size="xs" color="red" variant="filled">
          {file.problems}
          <span className="visually-hidden"> problems</span>
        </Badge>
      ) : null}
    </>
  );
  if (file.isLibrary) {
    return (
      <span className={classes.file} title="A plug-in: changed in the plug-in directory only">
        {content}
      </span>
    );
  }
  return (
    <UnstyledButton
      className={classes.file}
      aria-current={shown ? 'true' : undefined}
      onClick={() => {
        onOpen(file.name);
      }}
    >
      {content}
    </UnstyledButton>
  );
}

interface FileTreeProps {
  files: TreeFile[];
  shown: string;
  onOpen: (name: string) => void;
}

/** Files by folder, with what the draft does to them. */
export function FileTree({ files, shown, onOpen }: FileTreeProps) {
  const folders = new Map<string, TreeFile[]>();
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const folder = file.isLibrary ? 'plug-ins' : file.name.slice(0, Math.max(file.name.lastIndexOf('/'), 0));
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const ordered = [...folders].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <nav aria-label="Files" className={classes.tree}>
      {ordered.map(([folder, members]) => (
        <div key={folder}>
          {folder === '' ? null : <p className={classes.folder}>{folder}</p>}
          <ul>
            {members.map((file) => (
              <li key={file.name}>
                <FileEntry file={file} shown={file.name === shown} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
