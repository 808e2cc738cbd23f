package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.PostgresPair;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The primary of a PostgreSQL dies in the middle of the commit that charges a call, and a standby takes over. */
@Timeout(240)
@Order(2)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class FailoverTest {

    private static final String CALL =
            "{\"model\": \"google/gemini-2.5-pro\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}";

    private static final long UNTIL_IT_COMES_BACK_MILLIS = 600_000;

    /** More than any test has left open, so that the promoted standby has given their ids to others. */
    private static final int TRANSACTIONS_OF_OTHERS = 200;

    @TempDir
    Path folder;

    private final AtomicBoolean armed = new AtomicBoolean();
    private final AtomicBoolean cut = new AtomicBoolean();
    private PostgresPair servers;
    private CommitProxy proxy;
    private HeldUpstream upstream;
    private Gateway gateway;
    private Customer customer;
    private LogCapture log;

    @BeforeEach
    void start() {
        log = new LogCapture();
        servers = new PostgresPair(folder);
        proxy = new CommitProxy(servers.primaryUrl(), this::drawn);
        upstream = new HeldUpstream("Hello.", 5);
        gateway = Gateway.startOn(
                proxy.url().replaceFirst("(//[^/]+)/", "$1," + servers.standbyHost() + "/"), upstream.environment());
        customer = gateway.customer("10");
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
        proxy.close();
        servers.close();
        log.close();
    }

    /** The server has committed, and its answer is lost. */
    private CommitProxy.@Nullable Cut drawn() {
        if (!armed.compareAndSet(true, false)) {
            return null;
        }
        cut.set(true);
        return new CommitProxy.Cut(CommitProxy.Where.AFTER, true, UNTIL_IT_COMES_BACK_MILLIS);
    }

    /** A call whose settlement the primary commits without the program learning of it. */
    private CompletableFuture<Gateway.Reply> callThatIsCut(Runnable onceItIsHeld) {
        CompletableFuture<Gateway.Reply> reply = customer.chatAside(CALL);
        Gateway.await("the hold", () -> onPrimary("SELECT COUNT(*) FROM open_hold") == 1);
        onceItIsHeld.run();
        armed.set(true);
        upstream.answer();
        Gateway.await("the cut", cut::get);
        Gateway.await("the commit", () -> onPrimary(CHARGES) == 1);
        return reply;
    }

    private static final String CHARGES = "SELECT COUNT(*) FROM call WHERE charged_micros > 0";

    private void failOver() {
        servers.killPrimary();
        servers.promote();
        for (int i = 0; i < TRANSACTIONS_OF_OTHERS; i++) {
            Postgres.execute(servers.standbyUrl(), "SELECT pg_current_xact_id()");
        }
    }

    @Test
    void a_charge_that_the_promoted_standby_has_not_is_made_there_and_not_taken_for_durable_before() {
        CompletableFuture<Gateway.Reply> reply = callThatIsCut(() -> {
            servers.awaitStandby();
            servers.cutStandbyOff();
        });
        failOver();
        assertThatItIsAnsweredAndChargedOnce(reply.join());
    }

    @Test
    void a_charge_that_the_promoted_standby_has_is_not_made_twice() {
        CompletableFuture<Gateway.Reply> reply = callThatIsCut(() -> {});
        servers.awaitStandby();
        failOver();
        assertThatItIsAnsweredAndChargedOnce(reply.join());
    }

    private void assertThatItIsAnsweredAndChargedOnce(Gateway.Reply reply) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains("\"usage\"");
        assertThat(onStandby(CHARGES)).isEqualTo(1);
        assertThat(onStandby("SELECT COUNT(*) FROM open_hold")).isZero();
        assertThat(onStandby("SELECT COUNT(*) FROM call WHERE receipt_hash IS NOT NULL"))
                .isEqualTo(1);
        LedgerChecks.assertCoherent(this::onStandby);
        assertThat(customer.consumed()).isPositive();
    }

    @Test
    void
            a_call_whose_hold_the_promoted_standby_has_not_is_not_charged_and_not_answered_whole_and_the_operator_is_told() {
        servers.awaitStandby();
        servers.cutStandbyOff();
        CompletableFuture<Gateway.Reply> reply = callThatIsCut(() -> {});
        failOver();
        assertThat(reply.join().text()).contains("internal_error").doesNotContain("\"usage\"");
        assertThat(onStandby("SELECT COUNT(*) FROM call")).isZero();
        assertThat(customer.consumed()).isZero();
        LedgerChecks.assertCoherent(this::onStandby);
        assertThat(log.text()).contains("the database has lost what it had confirmed");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
    }

    @Test
    void a_primary_that_was_replaced_is_not_written_to_when_it_comes_back() {
        CompletableFuture<Gateway.Reply> reply = callThatIsCut(servers::awaitStandby);
        servers.awaitStandby();
        failOver();
        assertThat(reply.join().status()).isEqualTo(200);
        servers.restartPrimary();
        long before = onPrimary("SELECT COUNT(*) FROM call");
        int asked = proxy.linked();
        proxy.comeBack();
        AtomicInteger charges = new AtomicInteger(1);
        Gateway.await("the replaced one to be looked at", () -> {
            Postgres.execute(
                    servers.standbyUrl(),
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tollgate'");
            if (customer.chat(CALL).status() == 200) {
                charges.incrementAndGet();
            }
            return proxy.linked() > asked;
        });
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        assertThat(onPrimary("SELECT COUNT(*) FROM call")).isEqualTo(before);
        assertThat(onStandby(CHARGES)).isEqualTo(charges.incrementAndGet());
    }

    /** The old primary is named first. */
    @Test
    void restarted_and_new_nodes_write_to_no_old_primary_that_came_back() {
        CompletableFuture<Gateway.Reply> reply = callThatIsCut(servers::awaitStandby);
        servers.awaitStandby();
        failOver();
        assertThat(reply.join().status()).isEqualTo(200);
        servers.restartPrimary();
        proxy.comeBack();
        long before = onPrimary("SELECT COUNT(*) FROM call");
        long charges = onStandby(CHARGES);
        gateway.restart();
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        try (Gateway fresh = Gateway.startOn(
                servers.primaryUrl().replaceFirst("(//[^/]+)/", "$1," + servers.standbyHost() + "/"),
                upstream.environment())) {
            assertThat(new Customer(fresh, customer.account(), customer.keyId(), customer.key())
                            .chat(CALL)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(onPrimary("SELECT COUNT(*) FROM call")).isEqualTo(before);
        assertThat(onStandby(CHARGES)).isEqualTo(charges + 2);
        assertThat(log.text()).contains("ALARM: more than one server says that it is the primary");
    }

    private long onPrimary(String sql) {
        return PostgresPair.number(servers.primaryUrl(), sql);
    }

    private long onStandby(String sql) {
        return PostgresPair.number(servers.standbyUrl(), sql);
    }
}
