package io.biplane.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What is read from the pages is what SQLite reads through its driver. */
class TableScanTest {
    private static final int ROUNDS = 40;

    /** At which a row's layout in its page, or over several, changes. */
    private static final int[] SIZES = {
        0, 1, 127, 128, 489, 1024, 3900, 4000, 4061, 4062, 5000, 8_150, 8_200, 70_000, 300_000
    };

    @TempDir Path directory;
    private final Map<Long, StoreRecord> written = new TreeMap<>();
    private Anchor anchor = new Anchor(0, 0, 0, 0, 0);
    private Head.Position end = new Head.Position(0, 1, 0);

    private static final class Taken implements RecordTaker {
        final List<StoreRecord> records = new ArrayList<>();

        @Override
        public boolean wantsValues() {
            return true;
        }

        @Override
        public void take(StoreRecord record, int valueBytes) {
            byte[] value = record.value();
            assertThat(valueBytes).isEqualTo(value == null ? -1 : value.length);
            records.add(record);
        }

        @Override
        public void end() {}
    }

    /** Of a record, all that can be compared. */
    private static List<Object> fields(StoreRecord record) {
        return List.of(
                record.seq(),
                record.revision(),
                record.key(),
                record.value() == null ? "deleted" : Arrays.hashCode(record.value()),
                record.createRevision(),
                record.lease(),
                record.previousCrc(),
                record.crc());
    }

    private static List<List<Object>> throughSqlite(RecordReader reader) {
        List<List<Object>> records = new ArrayList<>();
        reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, record -> records.add(fields(record)));
        return records;
    }

    private static List<List<Object>> fromPages(StoreFiles files, RecordReader reader) {
        return LogLoad.load(files, reader, Taken::new).parts().stream()
                .flatMap(part -> part.records.stream())
                .map(TableScanTest::fields)
                .toList();
    }

    @Test
    void agreesWithTheDriver() {
        long seed = Seeds.next();
        var random = new Random(seed);
        try (StoreFiles files = StoreFiles.open(directory)) {
            end = files.acknowledged();
            anchor = new Anchor(0, 0, end.crc(), 0, 0);
            for (int round = 0; round < ROUNDS; round++) {
                // A new writer starts with the whole log in the database; what it writes stays in
                // the log until it is closed.
                try (RecordWriter writer = files.newWriter()) {
                    append(writer, random, 1 + random.nextInt(40));
                    if (round % 3 == 2) {
                        deleteSome(writer, random);
                    }
                    compare(files);
                }
                compare(files);
            }
        }
        assertThat(written.size()).isBetween(10, (int) end.seq() - 100); // many were deleted
    }

    private void compare(StoreFiles files) {
        try (RecordReader reader = files.newReader()) {
            assertThat(fromPages(files, reader))
                    .isEqualTo(written.values().stream().map(TableScanTest::fields).toList())
                    .isEqualTo(throughSqlite(reader));
        }
    }

    private void append(RecordWriter writer, Random random, int records) {
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[SIZES[random.nextInt(SIZES.length)]];
            random.nextBytes(value);
            long revision = end.revision() + random.nextLong(1L << random.nextInt(40));
            StoreRecord record =
                    StoreRecord.following(
                            end.crc(),
                            end.seq() + 1,
                            revision,
                            random.nextInt(10) == 0
                                    ? ""
                                    : "/ключ/" + "k".repeat(random.nextInt(300)),
                            random.nextInt(8) == 0 ? null : value,
                            random.nextLong() >>> random.nextInt(64),
                            random.nextInt(2));
            writer.append(record);
            written.put(record.seq(), record);
            end = new Head.Position(record.seq(), record.revision(), record.crc());
        }
        writer.commit(end);
    }

    /** So that later records are written to pages that earlier ones left. */
    private void deleteSome(RecordWriter writer, Random random) {
        for (StoreRecord record : List.copyOf(written.values())) {
            if (record.seq() > anchor.seq()) {
                anchor = anchor.with(record.seq(), record.crc());
            }
            if (random.nextInt(3) == 0) {
                anchor = anchor.without(record.seq(), record.crc());
                writer.delete(record.seq(), record.seq());
                written.remove(record.seq());
            }
        }
        writer.setAnchor(anchor);
        writer.commit(end);
    }
}
