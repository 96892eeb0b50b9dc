import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './app/theme.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { cspNonce } from './app/nonce';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
setNonce(cspNonce());
createRoot(root).render(<App />);
