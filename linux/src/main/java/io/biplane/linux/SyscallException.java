package io.biplane.linux;

/** A system call failed; {@link #errno()} tells callers why. */
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /**
     * @param call the name of the call, such as {@code setns}
     * @param what what it was called on, such as a path
     * @param errno the error number
     */
    public SyscallException(String call, String what, int errno) {
        super("%s %s: %s".formatted(call, what, Errno.name(errno)));
        this.call = call;
        this.errno = errno;
    }

    /** The name of the call that failed. */
    public String call() {
        return call;
    }

    /** The error number, of those in {@link Errno}. */
    public int errno() {
        return errno;
    }
}
