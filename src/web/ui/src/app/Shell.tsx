import { ActionIcon, Drawer, Menu, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconChevronDown,
  IconDeviceDesktop,
  IconLogout,
  IconMenu2,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, NavLink, Outlet, useLocation, useMatch, useNavigation } from 'react-router-dom';
import { consoleNav } from '@/console/nav';
import { portalNav, portalNavOfBelow } from '@/portal/nav';
import { customerQuery } from '@/portal/queries';
import type { NavGroup } from '@/shared/nav';
import { Brand } from './Brand';
import { useSession, useSessionState } from './session';
import classes from './Shell.module.css';

const schemes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const;

interface Area {
  base: string;
  label: string;
  groups: NavGroup[];
}

/** The parts of the navigation that this page stands in. */
function useAreas(): Area[] {
  const { customer } = useSession();
  const visited = useMatch('/c/:customer/*')?.params.customer;
  const key = customer?.key ?? visited;
  const below = useQuery({ ...customerQuery(visited ?? ''), enabled: false }).data;
  const areas: Area[] = [];
  if (key !== undefined) {
    areas.push({ base: `/c/${encodeURIComponent(key)}`, label: customer?.name ?? key, groups: portalNav });
  }
  if (customer && below && below.key !== customer.key) {
    areas.push({ base: `/c/${encodeURIComponent(below.key)}`, label: below.name, groups: portalNavOfBelow });
  }
  if (!customer) areas.push({ base: '/console', label: 'Console', groups: consoleNav });
  return areas;
}

function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { rights } = useSession();
  return (
    <nav aria-label="Main" className={classes.nav}>
      {useAreas().map((area) =>
        area.groups.map((group) => {
          const items = group.items.filter((item) => rights.includes(item.right));
          if (items.length === 0) return null;
          const label = group.label || area.label;
          return (
            <div key={area.base + label} className={classes.group}>
              <p className={classes.groupLabel}>{label}</p>
              <ul>
                {items.map(({ to, label: text, icon: ItemIcon }) => (
                  <li key={to}>
                    <NavLink
                      to={to === '' ? area.base : `${area.base}/${to}`}
                      end={to === ''}
                      className={classes.link ?? ''}
                      onClick={onNavigate}
                    >
                      <ItemIcon size={18} stroke={1.6} aria-hidden />
                      {text}
                    </NavLink>
                  </li>
                ))}
              </ul>
            </div>
          );
        }),
      )}
    </nav>
  );
}

function UserMenu() {
  const session = useSession();
  const { logOut } = useSessionState();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={220} withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.user} aria-label={`Menu of ${session.user.login}`}>
          <IconUser size={18} stroke={1.6} aria-hidden />
          <span className={classes.login}>{session.user.login}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          Your account
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {schemes.map(({ value, label, icon: SchemeIcon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<SchemeIcon size={16} aria-hidden />}
            rightSection={colorScheme === value ? '✓' : null}
            onClick={() => {
              setColorScheme(value);
            }}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Frame of all pages behind the login: skip link, header, navigation, content. */
export function Component() {
  const [menuOpen, menu] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);
  const loading = useNavigation().state === 'loading';

  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className={classes.shell}>
      <a href="#main" className={`${classes.skip} no-print`}>
        Skip to content
      </a>
      <header className={`${classes.header} no-print`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={classes.burger ?? ''}
          onClick={menu.toggle}
          aria-label="Navigation"
          aria-expanded={menuOpen}
        >
          <IconMenu2 size={22} aria-hidden />
        </ActionIcon>
        <Link to="/" className={classes.brand}>
          <Brand />
        </Link>
        <UserMenu />
        <div className={classes.progress} data-active={loading || undefined} />
      </header>
      <div className={`${classes.side} no-print`}>
        <Navigation />
      </div>
      <Drawer opened={menuOpen} onClose={menu.close} size={280} title="Navigation">
        <Navigation onNavigate={menu.close} />
      </Drawer>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
    </div>
  );
}
