package io.biplane.linux.netlink;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.linux.Errno;
import io.biplane.linux.NamespaceThread;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.SyscallException;
import io.biplane.linux.Syscalls;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A netlink socket. It belongs to the network namespace in which it was opened and may be used from
 * any thread; requests follow one another. The kernel works on a request while it is being sent, so
 * that its answers are there when {@code send} returns, and a receive never has to wait.
 */
public final class NetlinkSocket implements AutoCloseable {
    public static final int NETLINK_ROUTE = 0;
    public static final int NETLINK_NETFILTER = 12;

    // linux/netlink.h
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;

    /** Dumps heed what their request filters by; since Linux 4.20. */
    private static final int NETLINK_GET_STRICT_CHK = 12;

    private static final int NLMSGERR_ATTR_MSG = 1;
    // asm-generic/socket.h; the FORCE variants pass the sysctl limits, with CAP_NET_ADMIN
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;

    private static final int SEND_BUFFER_BYTES = 64 << 20;
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;

    private static final int MAX_DUMP_ATTEMPTS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final int fd;
    private final String namespace;

    @GuardedBy("lock")
    private boolean closed;

    private NetlinkSocket(int fd, String namespace) {
        this.fd = fd;
        this.namespace = namespace;
    }

    /**
     * Opens a socket in {@code namespace}.
     *
     * @param protocol {@link #NETLINK_ROUTE} or {@link #NETLINK_NETFILTER}
     */
    public static NetlinkSocket open(NetworkNamespace namespace, int protocol) {
        return NamespaceThread.in(namespace, () -> openHere(namespace.toString(), protocol));
    }

    /**
     * Opens a socket in the calling thread's namespace.
     *
     * @param namespace what to call it in errors
     */
    public static NetlinkSocket openHere(String namespace, int protocol) {
        int fd =
                Syscalls.socket(
                        Syscalls.AF_NETLINK, Syscalls.SOCK_RAW | Syscalls.SOCK_CLOEXEC, protocol);
        try {
            Syscalls.setsockopt(fd, Syscalls.SOL_NETLINK, NETLINK_CAP_ACK, 1);
            Syscalls.setsockopt(fd, Syscalls.SOL_NETLINK, NETLINK_EXT_ACK, 1);
            Syscalls.setsockopt(fd, Syscalls.SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            Syscalls.setsockopt(fd, Syscalls.SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES);
            Syscalls.setsockopt(fd, Syscalls.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
        } catch (SyscallException e) {
            Syscalls.close(fd);
            throw e;
        }
        return new NetlinkSocket(fd, namespace);
    }

    /**
     * Sends {@code request} and gives every answer that is no acknowledgement to {@code answers}.
     *
     * @param what names the message of a number, from 1, for the text of an error
     * @param tolerated the errors that are taken for success
     * @throws NetlinkException for the first message that the kernel refused; messages after it may
     *     have been carried out
     */
    public void request(
            MessageWriter request,
            IntFunction<String> what,
            Tolerance tolerated,
            Consumer<Message> answers) {
        lock.lock();
        try (Buffers buffers = Buffers.borrow()) {
            send(buffers, request);
            try {
                readAnswers(buffers, what, tolerated, answers);
            } finally {
                discard(buffers);
            }
        } finally {
            lock.unlock();
        }
    }

    private void readAnswers(
            Buffers buffers,
            IntFunction<String> what,
            Tolerance tolerated,
            Consumer<Message> answers) {
        NetlinkException failure = null;
        boolean answered = false;
        for (int length = receive(buffers, true); length >= 0; length = receive(buffers, true)) {
            answered = true;
            for (Message message : Message.allOf(buffers.received, length)) {
                if (message.type() != NLMSG_ERROR) {
                    answers.accept(message);
                } else if (failure == null) {
                    failure = failureOf(message, what, tolerated);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        if (!answered) {
            throw new IllegalStateException(
                    "no answer to %s in %s".formatted(what.apply(1), namespace));
        }
    }

    /** Whatever an exception left unread must not be taken for the answer to the next request. */
    private void discard(Buffers buffers) {
        while (receive(buffers, true) >= 0) {}
    }

    /** As the other, where no error is expected and no answer but acknowledgements. */
    public void request(MessageWriter request, IntFunction<String> what) {
        request(request, what, (_, _) -> false, _ -> {});
    }

    /** Which errors of which messages are as good as success. */
    @FunctionalInterface
    public interface Tolerance {
        /** Whether {@code errno} may be the answer to message number {@code sequence}, from 1. */
        boolean tolerates(int sequence, int errno);
    }

    /**
     * Sends {@code request}, one message with {@link MessageWriter#NLM_F_DUMP}, and reads the whole
     * dump. If the kernel's tables changed meanwhile, so that the dump is inconsistent, it is read
     * again from the start.
     *
     * @param restart called before every attempt, to forget what a former one gave
     */
    public void dump(
            MessageWriter request, String what, Runnable restart, Consumer<Message> answers) {
        lock.lock();
        try (Buffers buffers = Buffers.borrow()) {
            for (int attempt = 1; ; attempt++) {
                restart.run();
                send(buffers, request);
                boolean consistent;
                try {
                    consistent = readDump(buffers, what, answers);
                } finally {
                    discard(buffers);
                }
                if (consistent) {
                    return;
                }
                if (attempt == MAX_DUMP_ATTEMPTS) {
                    String detail = "changed during each of %d dumps".formatted(attempt);
                    throw new NetlinkException(what, Errno.EINTR, detail, 1);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the dump was consistent. */
    private boolean readDump(Buffers buffers, String what, Consumer<Message> answers) {
        boolean consistent = true;
        while (true) {
            int length = receive(buffers, false);
            for (Message message : Message.allOf(buffers.received, length)) {
                consistent &= (message.flags() & NLM_F_DUMP_INTR) == 0;
                if (message.type() == NLMSG_DONE || message.type() == NLMSG_ERROR) {
                    NetlinkException failure =
                            failureOf(message, _ -> what, (_, errno) -> errno == Errno.EINTR);
                    if (failure != null) {
                        throw failure;
                    }
                    return consistent && message.s32(0) == 0;
                }
                answers.accept(message);
            }
        }
    }

    @GuardedBy("lock")
    private void send(Buffers buffers, MessageWriter request) {
        if (closed) {
            throw new IllegalStateException("netlink socket in %s is closed".formatted(namespace));
        }
        Syscalls.send(fd, buffers.toSend(request), request.length());
    }

    /** Receives a datagram into {@code received}; -1 if there is none and it must not wait. */
    private int receive(Buffers buffers, boolean dontWait) {
        int flags = dontWait ? Syscalls.MSG_DONTWAIT : 0;
        while (true) {
            int length = Syscalls.receive(fd, buffers.receiving, flags);
            if (length == -Errno.EAGAIN && dontWait) {
                return -1;
            }
            if (length >= 0) {
                buffers.take(length);
                return length;
            }
            if (length != -Errno.EINTR) {
                throw new SyscallException("recv", "netlink in " + namespace, -length);
            }
        }
    }

    private static @Nullable NetlinkException failureOf(
            Message message, IntFunction<String> what, Tolerance tolerated) {
        int errno = -message.s32(0);
        if (errno == 0) {
            return null;
        }
        int sequence = message.sequence();
        if (tolerated.tolerates(sequence, errno)) {
            return null;
        }
        return new NetlinkException(what.apply(sequence), errno, detail(message), sequence);
    }

    /** The kernel's own words, which stand behind the number and the refused message's header. */
    private static String detail(Message message) {
        if ((message.flags() & NLM_F_ACK_TLVS) == 0) {
            return "";
        }
        boolean done = message.type() == NLMSG_DONE;
        int echoed = (message.flags() & NLM_F_CAPPED) != 0 ? Message.HEADER_BYTES : message.s32(4);
        int offset = 4 + (done ? 0 : (echoed + 3) & ~3);
        return message.attributes(offset).string(NLMSGERR_ATTR_MSG);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                Syscalls.close(fd);
            }
        } finally {
            lock.unlock();
        }
    }
}
