package io.biplane.linux.netlink;

import io.biplane.linux.Errno;

/** The kernel refused a netlink message; {@link #errno()} tells callers why. */
public final class NetlinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final int sequence;
    private final String detail;

    /**
     * @param what what was asked for, such as {@code add link eth0}
     * @param errno the error number
     * @param detail the kernel's own words (its extended acknowledgement), or empty
     * @param sequence the number of the refused message in its request, from 1; 0 if the request as
     *     a whole was refused
     */
    public NetlinkException(String what, int errno, String detail, int sequence) {
        super(what + ": " + Errno.name(errno) + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.errno = errno;
        this.sequence = sequence;
        this.detail = detail;
    }

    /** The same refusal, told in the caller's words. */
    public NetlinkException retold(String what) {
        NetlinkException told = new NetlinkException(what, errno, detail, sequence);
        told.initCause(this);
        return told;
    }

    /** The error number, of those in {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** The number of the refused message in its request, from 1; 0 for the request as a whole. */
    public int sequence() {
        return sequence;
    }
}
