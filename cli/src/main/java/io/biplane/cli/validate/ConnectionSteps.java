package io.biplane.cli.validate;

import io.biplane.api.kind.Kinds;
import io.biplane.api.view.EndpointSliceView;
import io.biplane.api.view.NodeView;
import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;
import io.biplane.cli.validate.Vantage.Answered;
import io.biplane.cli.validate.Vantage.Lost;
import io.biplane.cli.validate.Vantage.Refused;
import io.biplane.cli.validate.Vantage.Result;
import io.biplane.client.ListOptions;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Real connections: pod to pod, to every Service of the cluster, and out of it. */
final class ConnectionSteps {
    /** Where the host outside answers HTTP and tells whom it sees. */
    static final int OUTSIDE_PORT = 80;

    private static final Duration AT_ONCE = Duration.ofMillis(500);

    /** How far a proxy may be behind the API. */
    private static final Duration BEHIND = Duration.ofSeconds(2);

    private static final int AT_A_TIME = 64;

    private final LocalCluster cluster;

    ConnectionSteps(LocalCluster cluster) {
        this.cluster = cluster;
    }

    List<Step> all() {
        return List.of(
                new Step(
                        "pod-to-pod",
                        "every pod reaches every other on both families and is seen with its own address",
                        true,
                        this::podToPod),
                new Step(
                        "services",
                        "every Service answers in each of its families, from a pod on every node, every node, host and outside",
                        false,
                        this::services),
                new Step(
                        "egress",
                        "a pod reaches a host outside on both families and is seen with its node's address",
                        false,
                        this::egress));
    }

    private List<Finding> podToPod(Playground playground) {
        List<PodView> pods = playground.readyPods();
        List<Callable<Finding>> attempts = new ArrayList<>();
        for (PodView from : pods) {
            for (PodView to : pods) {
                for (IpFamily family : IpFamily.values()) {
                    attempts.add(() -> podToPod(from, to, family));
                }
            }
        }
        return run(attempts);
    }

    private Finding podToPod(PodView from, PodView to, IpFamily family) {
        String subject =
                "%s on %s → %s on %s, %s"
                        .formatted(from.name(), from.nodeName(), to.name(), to.nodeName(), family);
        Optional<Addr> own = from.ip(family);
        Optional<Addr> address = to.ip(family);
        if (own.isEmpty() || address.isEmpty()) {
            return Finding.failed(
                    "pod-to-pod", subject, "one of them has no %s address".formatted(family));
        }
        Result result = cluster.pod(from).http(address.get(), Playground.TARGET_PORT, "/clientip");
        return seenAs("pod-to-pod", subject, result, own.get(), "its own address");
    }

    private List<Finding> egress(Playground playground) {
        List<NodeView> nodes = playground.nodes();
        List<Callable<Finding>> attempts = new ArrayList<>();
        for (PodView pod : playground.readyPods()) {
            for (IpFamily family : IpFamily.values()) {
                attempts.add(() -> egress(pod, nodes, family));
            }
        }
        return run(attempts);
    }

    private Finding egress(PodView pod, List<NodeView> nodes, IpFamily family) {
        String subject = "%s on %s → outside, %s".formatted(pod.name(), pod.nodeName(), family);
        Optional<Addr> expected =
                nodes.stream()
                        .filter(node -> node.name().equals(pod.nodeName()))
                        .flatMap(node -> node.internalIp(family).stream())
                        .findFirst();
        if (expected.isEmpty()) {
            return Finding.failed(
                    "egress", subject, "its node has no %s InternalIP".formatted(family));
        }
        Addr outside = cluster.network().outsideHost(family);
        Result result = cluster.pod(pod).http(outside, OUTSIDE_PORT, "/clientip");
        return seenAs("egress", subject, result, expected.get(), "its node's address");
    }

    /** Whether the other side saw {@code expected} as the client's address. */
    private static Finding seenAs(
            String step, String subject, Result result, Addr expected, String what) {
        return switch (result) {
            case Answered(String text, _) ->
                    clientAddress(text).filter(expected::equals).isPresent()
                            ? Finding.passed(step, subject, "seen as " + expected)
                            : Finding.failed(
                                    step,
                                    subject,
                                    "seen as %s, expected %s, %s"
                                            .formatted(text.strip(), expected, what));
            case Refused _ ->
                    Finding.failed(step, subject, "connection refused: nobody listens there");
            case Lost(String reason, _) -> Finding.failed(step, subject, reason);
        };
    }

    /** The address in {@code 10.244.0.2:40112} or {@code [fd00::2]:40112}. */
    static Optional<Addr> clientAddress(String text) {
        String line = text.strip();
        int colon = line.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Addr.parse(line.substring(0, colon).replaceAll("[\\[\\]]", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private List<Finding> services(Playground playground) {
        playground.exposeToAll();
        List<NodeView> nodes = playground.nodes();
        List<Vantage> vantages = cluster.vantages(playground.readyPods(), nodes);
        List<EndpointSliceView> slices =
                playground.client().items(Kinds.ENDPOINT_SLICES, null, ListOptions.ALL).stream()
                        .map(EndpointSliceView::of)
                        .toList();
        List<Callable<Finding>> attempts = new ArrayList<>();
        playground.client().items(Kinds.SERVICES, null, ListOptions.ALL).stream()
                .map(ServiceView::of)
                .flatMap(service -> ServiceTarget.of(service, slices, nodes).stream())
                .forEach(target ->
                        vantages.stream()
                                .filter(target::reachableFrom)
                                .forEach(v -> attempts.add(() -> service(target, v))));
        return run(attempts);
    }

    private static Result ask(ServiceTarget target, Vantage from) {
        return target.udp()
                ? from.udp(target.address(), target.port(), "hostname")
                : from.hello(target.address(), target.port());
    }

    private static Finding service(ServiceTarget target, Vantage from) {
        String subject = target + Report.FROM + from.name();
        return service(target, subject, BEHIND, () -> ask(target, from));
    }

    /**
     * What is found of a Service. The proxies of all nodes, and of the fabric for the host, hear of
     * a Service and its endpoints at about the same time, not at once: one that is behind refuses,
     * or knows no way to the cluster IP.
     *
     * @param behind how long one may be
     */
    static Finding service(
            ServiceTarget target, String subject, Duration behind, Supplier<Result> ask) {
        Result result =
                Playground.await(
                                behind,
                                () -> Optional.of(ask.get()).filter(r -> isAsExpected(target, r)))
                        .orElseGet(ask);
        if (!target.hasEndpoints()) {
            return result instanceof Refused(Duration took) && took.compareTo(AT_ONCE) < 0
                    ? Finding.passed("services", subject, "no endpoints: refused at once")
                    : Finding.failed(
                            "services",
                            subject,
                            "no endpoints: a refusal at once is expected, seen " + result);
        }
        return switch (result) {
            case Answered(_, Duration took) ->
                    Finding.passed("services", subject, "%.1f ms".formatted(took.toNanos() / 1e6));
            case Refused _ ->
                    Finding.failed("services", subject, "refused, though it has ready endpoints");
            case Lost(String reason, _) -> Finding.failed("services", subject, reason);
        };
    }

    private static boolean isAsExpected(ServiceTarget target, Result result) {
        return target.hasEndpoints() ? result instanceof Answered : result instanceof Refused;
    }

    /**
     * Makes all attempts, some at a time, and returns the findings in the order of the attempts.
     */
    private static List<Finding> run(List<Callable<Finding>> attempts) {
        Semaphore turns = new Semaphore(AT_A_TIME);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Finding>> findings = new ArrayList<>();
            for (Callable<Finding> attempt : attempts) {
                turns.acquire();
                findings.add(
                        threads.submit(() -> {
                            try {
                                return attempt.call();
                            } finally {
                                turns.release();
                            }
                        }));
            }
            List<Finding> results = new ArrayList<>();
            for (Future<Finding> finding : findings) {
                results.add(finding.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while connecting", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
