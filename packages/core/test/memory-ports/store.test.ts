import { memoryStore } from '@natter/core';
import { describeStore } from '@natter/testing/store';

describeStore(
  'memory store',
  () => {
    let store = memoryStore();
    return Promise.resolve({
      open() {
        store = store.reopen();
        return Promise.resolve(store);
      },
      dispose: () => store.close(),
    });
  },
  400,
);
