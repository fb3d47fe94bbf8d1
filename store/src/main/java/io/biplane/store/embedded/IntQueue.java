package io.biplane.store.embedded;

import java.util.Arrays;

/** Numbers in order, without an object for each. */
final class IntQueue {
    private int[] items = new int[1024]; // a ring
    private int first;
    private int size;

    int size() {
        return size;
    }

    void add(int item) {
        if (size == items.length) {
            int[] larger = new int[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            items = larger;
            first = 0;
        }
        items[(first + size) % items.length] = item;
        size++;
    }

    int get(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("%d of %d".formatted(i, size));
        }
        return items[(first + i) % items.length];
    }

    void removeFirst(int n) {
        if (n < 0 || n > size) {
            throw new IndexOutOfBoundsException("%d of %d".formatted(n, size));
        }
        first = (first + n) % items.length;
        size -= n;
        if (size == 0 && items.length > 1024) {
            items = Arrays.copyOf(items, 1024);
            first = 0;
        }
    }
}
