package io.biplane.store.disk;

import io.biplane.store.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the records of a part of the log straight from the database's pages, some times faster than
 * through SQLite's driver, which makes calls and copies for each column. That what is read is what
 * was written is shown by the records' own checksums and chain; that SQLite finds the same in the
 * same pages, by its {@code quick_check}.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html#b_tree_pages">SQLite file format, 1.6 and
 *     2.1</a>
 */
final class TableScan {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int INTERIOR = 0x05;
    private static final int LEAF = 0x0D;
    private static final int AHEAD = 32;
    private static final int MOST_LEVELS = 20;
    private static final int MOST_PAYLOAD_BYTES = 2 * Store.MAX_TXN_BYTES;

    /** Payload on a leaf: all up to the first, else at least the second. */
    private static final int MOST_LOCAL = Pages.BYTES - 35;

    private static final int LEAST_LOCAL = (Pages.BYTES - 12) * 32 / 255 - 23;

    /** What a column's serial type says it is. */
    private static final int NULL = 0;

    private static final int COLUMNS = 7; // as in Sqlite.RECORD_TABLE; the first is the row's id
    private static final int KEY = 2;
    private static final int VALUE = 3;

    private final Pages pages;
    private final Pages.Window leaves;
    private final Pages.Window overflow;
    private final RecordTaker taker;
    private final ChainCheck check;
    private final RecordCrc crc = new RecordCrc();
    private final long[] types = new long[COLUMNS];
    private byte[] assembled = new byte[0];

    TableScan(Pages pages, ChainCheck check, RecordTaker taker) {
        this.pages = pages;
        this.leaves = pages.new Window(AHEAD);
        this.overflow = pages.new Window(AHEAD);
        this.check = check;
        this.taker = taker;
    }

    /** The numbers of a table's leaves, in the order of their rows. */
    static int[] leaves(Pages pages, int root) throws IOException {
        var found = new int[] {0};
        int[] leaves = leaves(pages, pages.new Window(1), root, MOST_LEVELS, new int[1024], found);
        return Arrays.copyOf(leaves, found[0]);
    }

    private static int[] leaves(
            Pages pages, Pages.Window window, int page, int levels, int[] leaves, int[] found)
            throws IOException {
        window.read(page);
        if (window.bytes()[window.at()] == LEAF) {
            return add(leaves, found, page, pages);
        }
        byte[] bytes = Arrays.copyOfRange(window.bytes(), window.at(), window.at() + Pages.BYTES);
        int cells = u16(bytes, 3);
        if (bytes[0] != INTERIOR || levels == 0 || cells > Pages.BYTES / 6) {
            throw pages.damaged(page, "is not a page of the table");
        }
        window.read(child(pages, page, bytes, 0, cells));
        boolean aboveLeaves = window.bytes()[window.at()] == LEAF; // all are equally deep
        int[] all = leaves;
        for (int i = 0; i <= cells; i++) {
            int child = child(pages, page, bytes, i, cells);
            all =
                    aboveLeaves
                            ? add(all, found, child, pages)
                            : leaves(pages, window, child, levels - 1, all, found);
        }
        return all;
    }

    private static int child(Pages pages, int page, byte[] bytes, int i, int cells) {
        if (i == cells) {
            return (int) INTS.get(bytes, 8); // the rightmost
        }
        int cell = u16(bytes, 12 + 2 * i);
        if (cell > Pages.BYTES - 4) {
            throw pages.damaged(page, "has a cell outside of itself");
        }
        return (int) INTS.get(bytes, cell);
    }

    private static int[] add(int[] leaves, int[] found, int page, Pages pages) {
        if (found[0] > pages.count()) {
            throw pages.damaged(page, "is in the table more than once");
        }
        int[] room = found[0] < leaves.length ? leaves : Arrays.copyOf(leaves, 2 * leaves.length);
        room[found[0]++] = page;
        return room;
    }

    /** Reads some leaves' records, proves each, and hands it on. */
    void read(int[] numbers, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            leaves.read(numbers[i]);
            try {
                leaf(numbers[i]);
            } catch (IndexOutOfBoundsException e) {
                throw unreadable(numbers[i]);
            }
        }
    }

    private StoreFileException unreadable(int page) {
        return pages.damaged(page, "holds what cannot be a record");
    }

    private void leaf(int page) throws IOException {
        byte[] bytes = leaves.bytes();
        int at = leaves.at();
        if (bytes[at] != LEAF) {
            throw pages.damaged(page, "is not a leaf of the table");
        }
        int cells = u16(bytes, at + 3);
        for (int i = 0; i < cells; i++) {
            cell(page, bytes, at, u16(bytes, at + 8 + 2 * i));
        }
    }

    private void cell(int page, byte[] bytes, int at, int offset) throws IOException {
        long payload = varint(bytes, at + offset);
        int body = at + offset + varintBytes(bytes, at + offset);
        long seq = varint(bytes, body);
        body += varintBytes(bytes, body);
        if (payload <= MOST_LOCAL && payload >= 0) {
            if (body + payload > at + Pages.BYTES) {
                throw unreadable(page);
            }
            record(page, seq, bytes, body, (int) payload);
        } else if (payload > MOST_PAYLOAD_BYTES || payload < 0) {
            throw unreadable(page);
        } else {
            record(page, seq, assemble(bytes, at, body, (int) payload), 0, (int) payload);
        }
    }

    /** Puts together what lies on the leaf and on a chain of pages behind it. */
    private byte[] assemble(byte[] bytes, int at, int body, int payload) throws IOException {
        int local = LEAST_LOCAL + (payload - LEAST_LOCAL) % (Pages.BYTES - 4);
        if (local > MOST_LOCAL) {
            local = LEAST_LOCAL;
        }
        if (assembled.length < payload) {
            assembled = new byte[payload];
        }
        if (body + local + 4 > at + Pages.BYTES) {
            throw new IndexOutOfBoundsException();
        }
        System.arraycopy(bytes, body, assembled, 0, local);
        int next = (int) INTS.get(bytes, body + local);
        for (int done = local; done < payload; ) {
            overflow.read(next);
            int piece = Math.min(payload - done, Pages.BYTES - 4);
            System.arraycopy(overflow.bytes(), overflow.at() + 4, assembled, done, piece);
            next = (int) INTS.get(overflow.bytes(), overflow.at());
            done += piece;
        }
        return assembled;
    }

    private void record(int page, long seq, byte[] bytes, int from, int length) {
        int header = (int) varint(bytes, from);
        int at = from + varintBytes(bytes, from);
        for (int i = 0; i < COLUMNS; i++) {
            types[i] = varint(bytes, at);
            at += varintBytes(bytes, at);
        }
        if (at != from + header
                || types[0] != NULL
                || types[KEY] < 13
                || (types[KEY] & 1) == 0
                || (types[VALUE] != NULL && (types[VALUE] < 12 || (types[VALUE] & 1) == 1))) {
            throw unreadable(page);
        }
        long revision = number(page, bytes, at, types[1]);
        at += numberBytes(types[1]);
        int key = at;
        int keyBytes = size(page, types[KEY], length);
        at += keyBytes;
        int value = at;
        int valueBytes = types[VALUE] == NULL ? -1 : size(page, types[VALUE], length);
        at += Math.max(valueBytes, 0);
        long createRevision = number(page, bytes, at, types[4]);
        at += numberBytes(types[4]);
        long lease = number(page, bytes, at, types[5]);
        at += numberBytes(types[5]);
        long checks = number(page, bytes, at, types[6]);
        at += numberBytes(types[6]);
        if (at != from + length) {
            throw unreadable(page);
        }
        int computed =
                crc.of(
                        (int) (checks >>> 32),
                        seq,
                        revision,
                        bytes,
                        key,
                        keyBytes,
                        value,
                        valueBytes,
                        createRevision,
                        lease);
        byte @Nullable [] kept =
                valueBytes >= 0 && (keyBytes == 0 || taker.wantsValues())
                        ? Arrays.copyOfRange(bytes, value, value + valueBytes)
                        : null;
        StoreRecord record =
                StoreRecord.read(
                        seq,
                        revision,
                        new String(bytes, key, keyBytes, StandardCharsets.UTF_8),
                        kept,
                        createRevision,
                        lease,
                        checks);
        check.accept(record, computed);
        taker.take(record, valueBytes);
    }

    private int size(int page, long type, int length) {
        long size = (type - 12) / 2; // of a text, rounded down
        if (size > length) {
            throw unreadable(page);
        }
        return (int) size;
    }

    private static int numberBytes(long type) {
        return switch ((int) type) {
            case 1, 2, 3, 4 -> (int) type;
            case 5 -> 6;
            case 6 -> 8;
            default -> 0; // 8 and 9 are the numbers 0 and 1
        };
    }

    private long number(int page, byte[] bytes, int at, long type) {
        if (type == 8 || type == 9) {
            return type - 8;
        }
        if (type < 1 || type > 6) {
            throw unreadable(page);
        }
        long number = bytes[at]; // signed
        for (int i = 1; i < numberBytes(type); i++) {
            number = number << 8 | bytes[at + i] & 0xFF;
        }
        return number;
    }

    private static int u16(byte[] bytes, int at) {
        return (short) SHORTS.get(bytes, at) & 0xFFFF;
    }

    private static long varint(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            byte b = bytes[at + i];
            value = value << 7 | b & 0x7F;
            if (b >= 0) {
                return value;
            }
        }
        return value << 8 | bytes[at + 8] & 0xFF;
    }

    private static int varintBytes(byte[] bytes, int at) {
        for (int i = 0; i < 8; i++) {
            if (bytes[at + i] >= 0) {
                return i + 1;
            }
        }
        return 9;
    }
}
