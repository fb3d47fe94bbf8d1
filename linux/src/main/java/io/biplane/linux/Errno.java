package io.biplane.linux;

/** The error numbers that callers branch on, and the names of all that are usual. */
public final class Errno {
    // asm-generic/errno-base.h and asm-generic/errno.h
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EOPNOTSUPP = 95;
    public static final int ENOBUFS = 105;
    public static final int EADDRNOTAVAIL = 99;

    private static final String[] NAMES = new String[134];

    static {
        String low =
                "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES"
                        + " EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE"
                        + " EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE";
        String[] names = low.split(" ");
        System.arraycopy(names, 0, NAMES, 1, names.length);
        NAMES[36] = "ENAMETOOLONG";
        NAMES[38] = "ENOSYS";
        NAMES[40] = "ELOOP";
        NAMES[75] = "EOVERFLOW";
        NAMES[90] = "EMSGSIZE";
        NAMES[92] = "ENOPROTOOPT";
        NAMES[93] = "EPROTONOSUPPORT";
        NAMES[95] = "EOPNOTSUPP";
        NAMES[97] = "EAFNOSUPPORT";
        NAMES[98] = "EADDRINUSE";
        NAMES[99] = "EADDRNOTAVAIL";
        NAMES[100] = "ENETDOWN";
        NAMES[101] = "ENETUNREACH";
        NAMES[105] = "ENOBUFS";
        NAMES[107] = "ENOTCONN";
        NAMES[110] = "ETIMEDOUT";
        NAMES[111] = "ECONNREFUSED";
        NAMES[113] = "EHOSTUNREACH";
    }

    private Errno() {}

    /** The symbol of {@code errno}, such as {@code ENOENT}, or {@code errno 131} if it is rare. */
    public static String name(int errno) {
        String name = errno > 0 && errno < NAMES.length ? NAMES[errno] : null;
        return name == null ? "errno " + errno : name;
    }
}
