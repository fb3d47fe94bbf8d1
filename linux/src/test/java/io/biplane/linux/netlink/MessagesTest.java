package io.biplane.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.testing.Seeds;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** The bytes are spelled for a little-endian machine, as all are that this project is built for. */
final class MessagesTest {
    @Test
    void aMessageHasTheLayoutOfTheKernelsHeaders() {
        MessageWriter out = new MessageWriter();
        out.begin(0x10, MessageWriter.NLM_F_ACK).u8(2).u8(0).u16(0);
        out.attrString(3, "eth");
        int nest = out.nest(18);
        out.attrU8(1, 7).attrBe32(2, 0x01020304);
        out.close(nest);
        out.end();
        String hex = HexFormat.of().formatHex(out.array(), 0, out.length());
        assertThat(hex)
                .isEqualTo(
                        "30000000"
                                + "1000"
                                + "0500"
                                + "01000000"
                                + "00000000" // header
                                + "02000000"
                                + ("0800" + "0300" + "65746800") // "eth"
                                + ("1400" + "1280") // nested
                                + ("0500" + "0100" + "07000000")
                                + ("0800" + "0200" + "01020304"));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        MessageWriter out = new MessageWriter();
        out.begin(42, 0).u32(99).attrString(1, "name").attrU32(2, -5);
        int nest = out.nest(3);
        out.attrBe64(4, 1L << 40);
        out.close(nest);
        out.end();
        out.begin(43, 0).end();
        List<Message> messages = Message.allOf(out.array(), out.length());
        assertThat(messages).extracting(Message::type).containsExactly(42, 43);
        Message first = messages.getFirst();
        assertThat(first.s32(0)).isEqualTo(99);
        Attributes attributes = first.attributes(4);
        assertThat(attributes.string(1)).isEqualTo("name");
        assertThat(attributes.number(2)).hasValue(-5);
        assertThat(attributes.number(9)).isEmpty();
        assertThat(attributes.nested(3).all())
                .singleElement()
                .satisfies(a -> assertThat(a.asBigEndianLong()).isEqualTo(1L << 40));
        assertThat(attributes.nested(9).all()).isEmpty();
    }

    @Test
    void anAttributeThatOutgrowsItsLengthIsRefused() {
        MessageWriter out = new MessageWriter();
        out.begin(1, 0);
        int nest = out.nest(1);
        for (int i = 0; i < 8192; i++) {
            out.attrU32(1, i);
        }
        assertThatThrownBy(() -> out.close(nest))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a netlink attribute of 65540 bytes is longer than 65535");
    }

    @Test
    void noBytesMakeTheReadersLeaveTheirBounds() {
        long seed = Seeds.next();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(96)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) { // small lengths lead deeper than any
                bytes[i] = random.nextBoolean() ? (byte) random.nextInt(20) : bytes[i];
            }
            try {
                walk(new Attributes(bytes, 0, bytes.length), 0);
                for (Message message : Message.allOf(bytes, bytes.length)) {
                    walk(message.attributes(4), 0);
                }
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageStartingWith("a netlink message of");
            } catch (RuntimeException e) {
                String hex = HexFormat.of().formatHex(bytes);
                throw new AssertionError("seed %d, bytes %s".formatted(seed, hex), e);
            }
        }
    }

    private static void walk(Attributes attributes, int depth) {
        for (Attributes.Attribute attribute : attributes.all()) {
            int sum =
                    attribute.asInt()
                            + attribute.asBigEndianInt()
                            + attribute.asString().length()
                            + Arrays.hashCode(attribute.asBytes())
                            + (int) attribute.asBigEndianLong();
            assertThat(attributes.has(attribute.type())).as("%d", sum).isTrue();
            if (depth < 4) {
                walk(attribute.asAttributes(), depth + 1);
            }
        }
    }
}
