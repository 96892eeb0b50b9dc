import { createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** The same key as in public/theme.js. */
export const colorSchemes = localStorageColorSchemeManager({ key: 'reckoner-theme' });

/**
 * Only what components decide in JavaScript. All variables stand in theme.css: a style element made at run time would
 * need the nonce, and stand where HTML allows none.
 */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' } },
    Tooltip: {
      defaultProps: { openDelay: 200, withArrow: true, events: { hover: true, focus: true, touch: true } },
    },
    // Of dialogs: a header of the page it would be otherwise.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    // A span may stand in a paragraph, a button and a label.
    Badge: { defaultProps: { component: 'span', variant: 'light', radius: 'sm', tt: 'none' } },
    Loader: { defaultProps: { type: 'dots' } },
  },
});
