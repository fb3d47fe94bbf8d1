package io.biplane.cli.cluster;

import io.biplane.linux.OwnerOnly;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * How often a process was started again in a row, shared by all that watch it. The first time that
 * is done at once; while it ends again and again the pauses grow.
 *
 * @param inARow how often since it last ran for {@link #SETTLED}, or since {@code up}
 * @param last when it was last started again
 */
record Restarts(int inARow, Instant last) {
    static final Restarts NONE = new Restarts(0, Instant.EPOCH);

    /** What has run as long is not counted against it any more. */
    static final Duration SETTLED = Duration.ofSeconds(60);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    Restarts {
        if (inARow < 0) {
            throw new IllegalArgumentException("%d restarts in a row".formatted(inARow));
        }
    }

    /** The pause after so many restarts in a row: none, then 1, 2, 4 … 60 s. */
    static Duration pause(int inARow) {
        if (inARow == 0) {
            return Duration.ZERO;
        }
        Duration doubled = Duration.ofSeconds(1L << Math.min(inARow - 1, 30));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /**
     * How long to wait before the process is started once more.
     *
     * @param ended when it was seen to have ended
     */
    Duration left(Instant ended, Instant now) {
        Duration left = pause(settled(ended).inARow).minus(Duration.between(last, now));
        // A clock that was set back must not make the wait longer than it is meant to be.
        Duration bounded = left.compareTo(LONGEST_PAUSE) < 0 ? left : LONGEST_PAUSE;
        return bounded.isNegative() ? Duration.ZERO : bounded;
    }

    /** Whether a restart was counted that long ago at most. */
    boolean isRecent(Instant now) {
        return Duration.between(last, now).compareTo(SETTLED) < 0;
    }

    /** With one more restart. */
    Restarts again(Instant ended, Instant now) {
        return new Restarts(settled(ended).inARow + 1, now);
    }

    private Restarts settled(Instant ended) {
        return Duration.between(last, ended).compareTo(SETTLED) > 0 ? NONE : this;
    }

    /** Those of a component; {@link #NONE} where none are known. */
    static Restarts read(DataDirectory data, Component component) {
        try {
            String[] numbers = Files.readString(file(data, component)).strip().split(" ", -1);
            return numbers.length == 2
                    ? new Restarts(
                            Integer.parseInt(numbers[0]),
                            Instant.ofEpochMilli(Long.parseLong(numbers[1])))
                    : NONE;
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return NONE; // never, or cut short by a full disk
        } catch (IOException e) {
            throw DataDirectory.failed("reading", file(data, component), e);
        }
    }

    void write(DataDirectory data, Component component) throws IOException {
        OwnerOnly.write(file(data, component), "%d %d%n".formatted(inARow, last.toEpochMilli()));
    }

    /** A person has brought the cluster up: all are forgotten. */
    static void forget(DataDirectory data) throws IOException {
        for (Component component : Component.values()) {
            boolean _ = Files.deleteIfExists(file(data, component));
        }
    }

    private static Path file(DataDirectory data, Component component) {
        return data.run().resolve(component.id() + ".restarts");
    }
}
