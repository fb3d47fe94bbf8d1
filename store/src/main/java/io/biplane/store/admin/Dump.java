package io.biplane.store.admin;

import io.biplane.store.disk.StoreFileException.Damaged;
import io.biplane.store.disk.StoreRecord;
import io.biplane.store.disk.StoreSnapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A store as lines of JSON, in ASCII. */
final class Dump {
    private Dump() {}

    /**
     * Reads twice: which record of each key is the last, then the values, so that not all are in
     * memory.
     *
     * @param damaged is told of what is left out
     */
    static void write(
            StoreSnapshot snapshot, String prefix, Appendable out, Consumer<Damaged> damaged)
            throws IOException {
        Map<String, Long> last = new TreeMap<>();
        snapshot.forEachIntact(
                record -> {
                    if (record.value() == null) {
                        last.remove(record.key());
                    } else if (!record.isLease() && record.key().startsWith(prefix)) {
                        last.put(record.key(), record.seq());
                    }
                },
                damaged);
        for (long seq : last.values()) {
            Optional<StoreRecord> record = read(snapshot, seq, damaged);
            if (record.isPresent()) {
                out.append(line(record.get())).append('\n');
            }
        }
    }

    private static Optional<StoreRecord> read(
            StoreSnapshot snapshot, long seq, Consumer<Damaged> damaged) {
        try {
            return snapshot.read(seq);
        } catch (Damaged damage) {
            damaged.accept(damage);
            return Optional.empty();
        }
    }

    private static String line(StoreRecord record) {
        var json = new StringBuilder("{\"key\":");
        quote(record.key(), json);
        json.append(",\"createRevision\":").append(record.createRevision());
        json.append(",\"modRevision\":").append(record.revision());
        if (record.lease() != 0) {
            json.append(",\"lease\":").append(record.lease());
        }
        byte[] value = record.value() == null ? new byte[0] : record.value();
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            json.append(",\"value\":");
            quote(text, json);
        } catch (CharacterCodingException e) {
            json.append(",\"valueBase64\":\"")
                    .append(Base64.getEncoder().encodeToString(value))
                    .append('"');
        }
        return json.append('}').toString();
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                default -> {
                    if (c < 0x20
                            || c > 0x7E) { // plain ASCII: no terminal and no locale can spoil it
                        json.append("\\u%04x".formatted((int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
