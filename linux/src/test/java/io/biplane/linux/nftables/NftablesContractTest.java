package io.biplane.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.biplane.linux.Errno;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.netip.Addr;
import io.biplane.netip.IpFamily;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What users of a ruleset rely on, of the kernel's and of the fake. */
abstract class NftablesContractTest {
    private static final Table TABLE = Table.of(Table.Family.IP, "contract");
    private static final Chain CHAIN = Chain.regular(TABLE, "chain");
    private static final NftMap MAP =
            NftMap.of(TABLE, "map", List.of(DataType.IPV4_ADDR), List.of(DataType.INET_SERVICE));
    private static final NftMap VERDICTS = NftMap.verdicts(TABLE, "verdicts", DataType.IPV4_ADDR);

    /** Holds two destinations. */
    static final NftSet SEEN =
            NftSet.dynamic(TABLE, "seen", Duration.ofHours(1), 2, DataType.IPV4_ADDR);

    private static final Chain OUT =
            Chain.base(TABLE, "out", Chain.Type.FILTER, Chain.Hook.OUTPUT, Chain.Base.FILTER);
    private static final Rule REMEMBER =
            Rule.of(
                    OUT,
                    Statement.l4proto(Value.Protocol.UDP),
                    new Statement.Remember(
                            true,
                            SEEN,
                            Expression.daddr(IpFamily.IPV4),
                            Optional.empty(),
                            Optional.empty()));

    private Nftables nft = unopened();

    abstract Nftables open();

    /** Lets a UDP packet to a loopback address pass through {@link #REMEMBER}. */
    abstract void send(Nftables ruleset, Addr destination);

    private static Nftables unopened() {
        return new io.biplane.linux.testing.FakeNftables();
    }

    @BeforeEach
    void openRuleset() {
        nft = open();
        nft.commit(new Transaction().add(TABLE).add(CHAIN).add(MAP).add(VERDICTS));
    }

    @AfterEach
    void closeRuleset() {
        nft.close();
    }

    private static Value addr(int last) {
        return Value.of(Addr.parse("10.0.0." + last));
    }

    private static Element element(int last, int port) {
        return Element.of(List.of(addr(last)), List.of(Value.port(port)));
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void whatIsAddedIsListed() {
        nft.commit(new Transaction().add(MAP, List.of(element(1, 80), element(2, 81))));
        assertThat(nft.tables()).containsExactly(TABLE);
        assertThat(nft.chains(TABLE)).containsExactly(CHAIN);
        assertThat(nft.sets(TABLE)).containsExactlyInAnyOrder(MAP, VERDICTS);
        assertThat(nft.elements(MAP)).containsExactlyInAnyOrder(element(1, 80), element(2, 81));
    }

    @Test
    void addingAgainWhatIsThereChangesNothing() {
        nft.commit(new Transaction().add(MAP, List.of(element(1, 80))));
        nft.commit(
                new Transaction().add(TABLE).add(CHAIN).add(MAP).add(MAP, List.of(element(1, 80))));
        assertThat(nft.elements(MAP)).containsExactly(element(1, 80));
    }

    @Test
    void aKeyDoesNotLeadToTwoData() {
        nft.commit(new Transaction().add(MAP, List.of(element(1, 80))));
        assertErrno(
                Errno.EEXIST,
                () -> nft.commit(new Transaction().add(MAP, List.of(element(1, 81)))));
        nft.commit(
                new Transaction()
                        .delete(MAP, List.of(element(1, 80)))
                        .add(MAP, List.of(element(1, 81))));
        assertThat(nft.elements(MAP)).containsExactly(element(1, 81));
    }

    @Test
    void whatIsNotThereIsNotDeleted() {
        Table other = Table.of(Table.Family.IP6, "other");
        Chain noChain = Chain.regular(TABLE, "no-chain");
        List<Transaction> refused =
                List.of(
                        new Transaction().delete(other),
                        new Transaction().delete(noChain),
                        new Transaction().flush(noChain),
                        new Transaction().delete(NftSet.of(TABLE, "no-set", DataType.MARK)),
                        new Transaction().delete(MAP, List.of(element(9, 80))),
                        new Transaction().add(NftSet.of(other, "set", DataType.MARK)),
                        new Transaction()
                                .add(
                                        VERDICTS,
                                        List.of(
                                                Element.of(
                                                        List.of(addr(1)),
                                                        new Verdict.Goto("no-chain")))));
        for (Transaction transaction : refused) {
            assertErrno(Errno.ENOENT, () -> nft.commit(transaction));
        }
    }

    @Test
    void aRefusedTransactionLeavesNothing() {
        assertErrno(
                Errno.ENOENT,
                () ->
                        nft.commit(
                                new Transaction()
                                        .add(Table.of(Table.Family.IP6, "other"))
                                        .add(MAP, List.of(element(1, 80)))
                                        .delete(MAP, List.of(element(2, 80)))));
        assertThat(nft.tables()).containsExactly(TABLE);
        assertThat(nft.elements(MAP)).isEmpty();
    }

    @Test
    void rulesKeepTheirOrderAndGoOneByOneOrAllAtOnce() {
        Rule one = Rule.of(CHAIN, Statement.accept()).commented("one");
        Rule two = Rule.of(CHAIN, Statement.drop()).commented("two");
        nft.commit(new Transaction().add(one).add(two));
        assertThat(nft.rules(CHAIN))
                .extracting(Nftables.InstalledRule::comment)
                .containsExactly("one", "two");
        long handle = nft.rules(CHAIN).getFirst().handle();
        nft.commit(new Transaction().with(new Operation.DeleteRule(CHAIN, handle)));
        assertThat(nft.rules(CHAIN)).hasSize(1);
        nft.commit(new Transaction().flush(CHAIN));
        assertThat(nft.rules(CHAIN)).isEmpty();
    }

    @Test
    void aRuleKeepsItsFingerprintAndNoTwoRulesShareOne() {
        Rule one = Rule.of(CHAIN, Statement.accept());
        Rule two = one.commented("the same, for another reason");
        nft.commit(new Transaction().add(one).add(two).add(one));
        assertThat(nft.rules(TABLE).get(CHAIN.name()))
                .extracting(Nftables.InstalledRule::fingerprint)
                .containsExactly(
                        Optional.of(nft.fingerprint(one)),
                        Optional.of(nft.fingerprint(two)),
                        Optional.of(nft.fingerprint(one)));
        assertThat(nft.fingerprint(one)).isNotEqualTo(nft.fingerprint(two));
        assertThat(nft.rules(Table.of(Table.Family.IP6, "contract"))).isEmpty();
    }

    @Test
    void aRulesetThatNobodyHasChangedSaysSo() {
        try (Nftables untouched = open()) {
            assertThat(untouched.generation()).isEqualTo(Nftables.UNTOUCHED);
        }
    }

    @Test
    void everyTransactionAddsOneToTheGenerationAndAnEmptyOneNothing() {
        long before = nft.generation();
        nft.commit(new Transaction());
        assertThat(nft.generation()).isEqualTo(before);
        nft.commit(new Transaction().add(TABLE).add(CHAIN).add(MAP, List.of(element(1, 80))));
        assertThat(nft.generation()).isEqualTo(before + 1);
        assertErrno(
                Errno.ENOENT,
                () -> nft.commit(new Transaction().delete(MAP, List.of(element(2, 80)))));
        assertThat(nft.generation()).isEqualTo(before + 1);
    }

    @Test
    void aPolicyIsChangedByAddingTheChainAgainAndAHookIsNot() {
        Chain.Base base =
                new Chain.Base(Chain.Type.FILTER, Chain.Hook.PREROUTING, -300, Chain.Policy.ACCEPT);
        Chain hooked = new Chain(TABLE, "hooked", Optional.of(base), "");
        Chain dropping = new Chain(TABLE, "hooked", Optional.of(base.with(Chain.Policy.DROP)), "");
        nft.commit(new Transaction().add(hooked));
        nft.commit(new Transaction().add(dropping));
        assertThat(nft.chains(TABLE)).containsExactly(CHAIN, dropping);
        Chain elsewhere = Chain.base(TABLE, "hooked", Chain.Type.FILTER, Chain.Hook.INPUT, -300);
        Chain laterOne =
                Chain.base(TABLE, "hooked", Chain.Type.FILTER, Chain.Hook.PREROUTING, -299);
        Chain unhooked = new Chain(TABLE, CHAIN.name(), Optional.of(base), "");
        for (Chain other : List.of(elsewhere, laterOne, unhooked)) {
            // Which of the two it is differs between kernels.
            assertThatThrownBy(() -> nft.commit(new Transaction().add(other)))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.errno()).isIn(Errno.EEXIST, Errno.EOPNOTSUPP));
        }
    }

    @Test
    void aSetOfAnotherKindIsNotTakenForTheSame() {
        NftSet numbers = NftSet.of(TABLE, MAP.name(), DataType.INET_SERVICE);
        assertErrno(Errno.EEXIST, () -> nft.commit(new Transaction().add(numbers)));
    }

    @Test
    void aSetOfAnotherOwnerIsNotTakenForTheSame() {
        NftSet ours =
                new NftSet(
                        TABLE,
                        SEEN.name(),
                        SEEN.key(),
                        SEEN.flags(),
                        NamedSet.Owner.US,
                        SEEN.timeout(),
                        "");
        for (List<NftSet> two : List.of(List.of(SEEN, ours), List.of(ours, SEEN))) {
            nft.commit(new Transaction().add(two.getFirst()));
            assertThat(nft.sets(TABLE)).contains(two.getFirst());
            assertErrno(Errno.EEXIST, () -> nft.commit(new Transaction().add(two.getLast())));
            nft.commit(new Transaction().delete(two.getFirst()));
        }
    }

    private static Element loopback(int last) {
        return Element.of(Value.of(Addr.parse("127.0.0." + last)));
    }

    private void sendTo(int... lasts) {
        for (int last : lasts) {
            send(nft, Addr.parse("127.0.0." + last));
        }
    }

    @Test
    void whatPacketsAddIsListedAndNoChangeOfTheRuleset() {
        nft.commit(new Transaction().add(SEEN).add(OUT).add(REMEMBER));
        long before = nft.generation();
        sendTo(1, 2, 1);
        assertThat(nft.elements(SEEN)).containsExactlyInAnyOrder(loopback(1), loopback(2));
        assertThat(nft.sets(TABLE)).contains(SEEN);
        assertThat(nft.generation()).isEqualTo(before);
        nft.commit(new Transaction().delete(SEEN, List.of(loopback(1))));
        assertThat(nft.elements(SEEN)).containsExactly(loopback(2));
    }

    @Test
    void aSetThatPacketsFillHoldsNoMoreThanItsSize() {
        nft.commit(new Transaction().add(SEEN).add(OUT).add(REMEMBER));
        sendTo(1, 2, 3);
        assertThat(nft.elements(SEEN)).containsExactlyInAnyOrder(loopback(1), loopback(2));
    }

    @Test
    void whatPacketsAddedStaysWhenItsRuleAndChainAreWrittenAnew() {
        nft.commit(new Transaction().add(SEEN).add(OUT).add(REMEMBER));
        sendTo(1);
        nft.commit(
                new Transaction()
                        .flush(OUT)
                        .delete(OUT)
                        .delete(MAP)
                        .add(OUT)
                        .add(MAP)
                        .add(REMEMBER));
        assertThat(nft.elements(SEEN)).containsExactly(loopback(1));
        sendTo(2);
        assertThat(nft.elements(SEEN)).containsExactlyInAnyOrder(loopback(1), loopback(2));
        assertErrno(Errno.EBUSY, () -> nft.commit(new Transaction().delete(SEEN)));
    }

    @Test
    void setsOfTheModelsTypesAreNotAmongTheOthers() {
        nft.commit(new Transaction().add(SEEN));
        assertThat(nft.setsOfOtherTypes(TABLE)).isEmpty();
        assertThat(nft.setsOfOtherTypes(Table.of(Table.Family.IP6, "other"))).isEmpty();
    }

    @Test
    void aTableIsPutToSleepAndWokenByAddingItAgain() {
        nft.commit(new Transaction().add(new Table(Table.Family.IP, "contract", "", true)));
        assertThat(nft.tables().getFirst().dormant()).isTrue();
        nft.commit(new Transaction().add(TABLE));
        assertThat(nft.tables()).containsExactly(TABLE);
        nft.commit(new Transaction().add(new Table(Table.Family.IP, "contract", "", true)));
        nft.commit(new Transaction().destroy(TABLE).add(TABLE));
        assertThat(nft.tables()).containsExactly(TABLE);
    }

    @Test
    void aChainGoesWithItsRulesUnlessSomethingLeadsToIt() {
        Chain caller = Chain.regular(TABLE, "caller");
        Element toChain = Element.of(List.of(addr(1)), new Verdict.Goto(CHAIN.name()));
        Transaction delete = new Transaction().delete(CHAIN);
        nft.commit(
                new Transaction()
                        .add(caller)
                        .add(Rule.of(CHAIN, Statement.accept()))
                        .add(Rule.of(caller, Statement.jump(CHAIN)))
                        .add(VERDICTS, List.of(toChain)));
        assertErrno(Errno.EBUSY, () -> nft.commit(delete));
        nft.commit(new Transaction().flush(caller));
        assertErrno(Errno.EBUSY, () -> nft.commit(delete));
        nft.commit(new Transaction().delete(VERDICTS, List.of(toChain)).delete(CHAIN));
        assertThat(nft.chains(TABLE)).containsExactly(caller);
    }

    @Test
    void aMapGoesWithItsElementsUnlessARuleUsesIt() {
        Rule rule = Rule.of(CHAIN, Statement.vmap(Expression.Payload.IP_DADDR, VERDICTS));
        nft.commit(new Transaction().add(rule).add(MAP, List.of(element(1, 80))));
        assertErrno(Errno.EBUSY, () -> nft.commit(new Transaction().delete(VERDICTS)));
        nft.commit(new Transaction().flush(CHAIN).delete(VERDICTS).delete(MAP));
        assertThat(nft.sets(TABLE)).isEmpty();
    }

    @Test
    void whatIsNotThereHasNothingInIt() {
        Table other = Table.of(Table.Family.IP6, "other");
        assertThat(nft.chains(other)).isEmpty();
        assertThat(nft.sets(other)).isEmpty();
        assertThat(nft.rules(Chain.regular(other, "chain"))).isEmpty();
        assertErrno(Errno.ENOENT, () -> nft.elements(NftSet.of(TABLE, "no-set", DataType.MARK)));
    }

    @Test
    void aTableGoesWithAllThatIsInItWhetherItIsThereOrNot() {
        nft.commit(new Transaction().add(MAP, List.of(element(1, 80))));
        nft.commit(new Transaction().destroy(TABLE).destroy(Table.of(Table.Family.IP6, "t")));
        assertThat(nft.tables()).isEmpty();
    }
}
