package io.biplane.api.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.Json;
import io.biplane.api.type.DecodeException;
import io.biplane.api.type.TypeRegistry;
import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Whatever bytes come in, out comes an object of the registry's types or a DecodeException. */
class ProtobufFuzzTest {
    private static final int ROUNDS = Integer.getInteger("rounds", 30_000);

    private final long seed = Seeds.next();
    private final Random random = new Random(seed);
    private int read;

    @Test
    void mutatedBodiesAreReadOrRefused() throws IOException {
        List<byte[]> corpus =
                ProtobufReaderTest.kubectl().stream()
                        .map(line -> Base64.getDecoder().decode(line.split(" ", 2)[0]))
                        .toList();
        for (int i = 0; i < ROUNDS; i++) {
            byte[] body = corpus.get(random.nextInt(corpus.size())).clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                body = mutated(body);
            }
            check(body);
        }
        assertThat(read).as("seed %d: bodies that were still read", seed).isGreaterThan(100);
    }

    @Test
    void randomMessagesOfEveryKindAreReadOrRefused() {
        List<String> kinds =
                TypeRegistry.get().all().stream().flatMap(t -> t.kinds().stream()).toList();
        for (int i = 0; i < ROUNDS; i++) {
            String[] kind = kinds.get(random.nextInt(kinds.size())).split("/", -1);
            String version = kind[0].isEmpty() ? kind[1] : kind[0] + "/" + kind[1];
            check(Bodies.body(version, kind[2], message(5)));
        }
        assertThat(read).as("seed %d: bodies that were read", seed).isGreaterThan(100);
    }

    private void check(byte[] body) {
        try {
            ObjectNode object = ProtobufReader.read(body);
            assertThat(Json.parse(Json.bytes(object))).isEqualTo(object);
            read++;
        } catch (DecodeException refused) {
            assertThat(refused.text()).isNotEmpty();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(
                    "seed " + seed + ": " + Base64.getEncoder().encodeToString(body), e);
        }
    }

    private byte[] mutated(byte[] body) {
        if (body.length < 6) {
            return body;
        }
        int at = 4 + random.nextInt(body.length - 4);
        return switch (random.nextInt(4)) {
            case 0 -> {
                body[at] = (byte) random.nextInt(256);
                yield body;
            }
            case 1 -> {
                body[at] ^= (byte) (1 << random.nextInt(8));
                yield body;
            }
            case 2 -> Arrays.copyOf(body, at);
            default -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.write(body, 0, at);
                varint(out, random.nextLong() >>> random.nextInt(64));
                out.write(body, at, body.length - at);
                yield out.toByteArray();
            }
        };
    }

    /** Well-formed fields of low numbers, mostly messages, with a few wrong lengths. */
    private byte[] message(int depth) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int n = random.nextInt(6); n > 0; n--) {
            int wireType = random.nextInt(3) == 0 ? random.nextInt(6) : WireReader.BYTES;
            varint(out, (1 + random.nextInt(20)) << 3 | wireType);
            switch (wireType) {
                case WireReader.VARINT -> varint(out, random.nextLong() >>> random.nextInt(64));
                case WireReader.FIXED64 -> out.writeBytes(new byte[8]);
                case WireReader.BYTES -> {
                    byte[] inner = depth > 0 && random.nextInt(4) > 0 ? message(depth - 1) : text();
                    varint(out, inner.length + (random.nextInt(50) == 0 ? random.nextInt() : 0));
                    out.writeBytes(inner);
                }
                case 5 -> out.writeBytes(new byte[4]);
                default -> {}
            }
        }
        return out.toByteArray();
    }

    private byte[] text() {
        byte[] text = new byte[random.nextInt(5)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (random.nextInt(20) == 0 ? random.nextInt(256) : 'a' + i);
        }
        return text;
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
