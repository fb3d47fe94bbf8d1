package io.biplane.netip;

/** The texts of addresses: strict reading (RFC 4291, 2.2) and canonical writing (RFC 5952). */
final class AddrText {
    private static final int GROUPS = 8;

    private AddrText() {}

    static Addr parse(String text) {
        if (text.indexOf('%') >= 0) {
            throw refused(text, "a zone id (the part from '%' on) is not part of an address");
        }
        return text.indexOf(':') >= 0
                ? parseIpv6(text)
                : new Addr(IpFamily.IPV4, 0, parseIpv4(text, text));
    }

    private static long parseIpv4(String part, String text) {
        String[] octets = part.split("\\.", -1);
        if (octets.length != 4) {
            throw refused(text, "an IPv4 address has 4 octets, this has " + octets.length);
        }
        long value = 0;
        for (String octet : octets) {
            if (octet.isEmpty() || octet.length() > 3 || !octet.chars().allMatch(AddrText::digit)) {
                throw refused(text, "octet \"%s\" is not a number from 0 to 255".formatted(octet));
            }
            if (octet.length() > 1 && octet.charAt(0) == '0') {
                throw refused(
                        text,
                        "octet \"%s\" has leading zeros, which some programs read as octal"
                                .formatted(octet));
            }
            int number = Integer.parseInt(octet);
            if (number > 255) {
                throw refused(text, "octet \"%s\" is not a number from 0 to 255".formatted(octet));
            }
            value = value << 8 | number;
        }
        return value;
    }

    private static Addr parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            throw refused(text, "\"::\" may stand only once");
        }
        int[] front = groups(gap < 0 ? text : text.substring(0, gap), text, gap < 0);
        int[] back = gap < 0 ? new int[0] : groups(text.substring(gap + 2), text, true);
        int given = front.length + back.length;
        if (gap < 0 ? given != GROUPS : given >= GROUPS) {
            throw refused(
                    text,
                    gap < 0
                            ? "an IPv6 address has 8 groups, this has " + given
                            : "\"::\" stands for at least one group, but %d are written"
                                    .formatted(given));
        }
        int[] all = new int[GROUPS];
        System.arraycopy(front, 0, all, 0, front.length);
        System.arraycopy(back, 0, all, GROUPS - back.length, back.length);
        long high = 0;
        long low = 0;
        for (int i = 0; i < GROUPS / 2; i++) {
            high = high << 16 | all[i];
            low = low << 16 | all[i + GROUPS / 2];
        }
        if (high == 0 && low >>> 32 == 0xffff) {
            throw refused(
                    text,
                    "an IPv4-mapped address is an IPv4 address in disguise: write "
                            + dotted((int) low));
        }
        return new Addr(IpFamily.IPV6, high, low);
    }

    /** The groups of one side of the gap; the last one may be a dotted IPv4 address. */
    private static int[] groups(String part, String text, boolean mayEndDotted) {
        if (part.isEmpty()) {
            return new int[0];
        }
        String[] words = part.split(":", -1);
        boolean dotted = mayEndDotted && words[words.length - 1].indexOf('.') >= 0;
        int[] groups = new int[words.length + (dotted ? 1 : 0)];
        for (int i = 0; i < words.length; i++) {
            if (dotted && i == words.length - 1) {
                long address = parseIpv4(words[i], text);
                groups[i] = (int) (address >>> 16);
                groups[i + 1] = (int) (address & 0xffff);
            } else {
                groups[i] = group(words[i], text);
            }
        }
        return groups;
    }

    private static int group(String word, String text) {
        if (word.isEmpty() || word.length() > 4 || !word.chars().allMatch(AddrText::hexDigit)) {
            throw refused(text, "group \"%s\" is not 1 to 4 hexadecimal digits".formatted(word));
        }
        return Integer.parseInt(word, 16);
    }

    // Character.digit would also take the digits of other scripts.
    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean hexDigit(int c) {
        return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException("\"%s\" is not an IP address: %s".formatted(text, why));
    }

    static String format(Addr address) {
        return switch (address.family()) {
            case IPV4 -> dotted((int) address.low());
            case IPV6 -> formatIpv6(address);
        };
    }

    static String dotted(int address) {
        return (address >>> 24)
                + "."
                + (address >>> 16 & 0xff)
                + "."
                + (address >>> 8 & 0xff)
                + "."
                + (address & 0xff);
    }

    /** RFC 5952, 4: the first of the longest runs of two or more zero groups is cut out. */
    private static String formatIpv6(Addr address) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            long half = i < GROUPS / 2 ? address.high() : address.low();
            groups[i] = (int) (half >>> (48 - 16 * (i % 4)) & 0xffff);
        }
        int cutAt = -1;
        int cutLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > cutLength) {
                cutAt = i;
                cutLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == cutAt) {
                text.append("::");
                i += cutLength - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
