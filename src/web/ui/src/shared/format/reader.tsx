import { createContext, type ReactNode, useContext } from 'react';
import { browserReader, type Reader } from './format';

const ReaderContext = createContext<Reader>(browserReader);

/** Numbers and times below are written for this reader. */
export function ReaderProvider({ reader, children }: { reader: Reader; children: ReactNode }) {
  return <ReaderContext.Provider value={reader}>{children}</ReaderContext.Provider>;
}

export function useReader(): Reader {
  return useContext(ReaderContext);
}
