package dev.tollgate.customers.people;

import static dev.tollgate.testing.Asserts.assertThat;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PasswordsTest {

    /** A size of hashes that only this test uses. */
    private static final int KIBIBYTES = 136;

    private static final Visit HERE = new Visit("192.0.2.1", "c0000201", "192.0.2.0/24", "a browser", List.of(), null);
    private static final String PASSWORD = "what nobody would guess";

    /** A function of one's own for each hash would leave a hook for the process's end behind, each time: one serves all. */
    @Test
    void a_hashs_memory_is_allocated_at_the_first_sign_in() throws ReflectiveOperationException {
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES)) {
            passwords.hashOfRandom(PASSWORD); // which a start does
            assertThat(kept(KIBIBYTES)).isZero();
            String hash = passwords.hash(HERE, PASSWORD);
            assertThat(passwords.matches(HERE, PASSWORD, hash)).isTrue();
            assertThat(passwords.matches(HERE, "another", hash)).isFalse();
            assertThat(passwords.matches(HERE, PASSWORD, null)).isFalse();
            assertThat(kept(KIBIBYTES)).isEqualTo(1);
        }
    }

    /** How many functions with that memory the library keeps. */
    private static long kept(int kibibytes) throws ReflectiveOperationException {
        Field kept = Argon2Function.class.getDeclaredField("INSTANCES");
        kept.setAccessible(true);
        return ((Map<?, ?>) kept.get(null))
                .values().stream()
                        .filter(function -> ((Argon2Function) function).getMemory() == kibibytes)
                        .count();
    }

    @Test
    void hashes_equal_the_results_of_the_librarys_own_function() {
        Argon2Function librarys = Argon2Function.getInstance(KIBIBYTES + 8, 2, 1, 32, Argon2.ID);
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES + 8)) {
            String theirs =
                    Password.hash(PASSWORD).addRandomSalt(16).with(librarys).getResult();
            assertThat(passwords.matches(HERE, PASSWORD, theirs)).isTrue();
            assertThat(Password.check(PASSWORD, passwords.hash(HERE, PASSWORD)).with(librarys))
                    .isTrue();
        }
    }

    @Test
    void a_hash_with_other_costs_is_checked_by_its_own() {
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES + 24)) {
            String quick = passwords.hashOfRandom(PASSWORD);
            assertThat(quick).contains("$m=64,t=1,p=1$");
            assertThat(passwords.matches(HERE, PASSWORD, quick)).isTrue();
            assertThat(passwords.matches(HERE, "another", quick)).isFalse();
        }
    }

    @Test
    void made_passwords_and_unknown_logins_cost_a_whole_hash() {
        int kibibytes = KIBIBYTES + 16;
        List<Integer> computed = new CopyOnWriteArrayList<>();
        Passwords counting = new Passwords(new Random(), kibibytes) {
            @Override
            boolean matches(String password, String hash, Argon2Function function) {
                computed.add(function.getMemory());
                return super.matches(password, hash, function);
            }
        };
        try (counting) {
            String made = counting.hashOfRandom(PASSWORD);
            String chosen = counting.hash(HERE, PASSWORD);
            for (String hash : Arrays.asList(made, chosen, null, Passwords.NONE)) {
                computed.clear();
                counting.matches(HERE, "another", hash);
                assertThat(computed).filteredOn(memory -> memory == kibibytes).hasSize(1);
            }
        }
    }

    @Test
    void hashing_leaves_half_of_the_cores_to_callers() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(Passwords.BOUNDS.atOnceMax()).isEqualTo(Math.max(1, cores / 2));
    }

    /** Forty networks, each with as many waiting as it may have. Those who may not wait get {@link Passwords.Busy}, which is theirs to bear. */
    @Test
    @Timeout(240)
    void a_person_of_another_network_waits_for_one_hash_of_each_network() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        Passwords slow = new Passwords(new Random(), KIBIBYTES + 32) {
            @Override
            boolean matches(String password, String hash, Argon2Function function) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                order.add(password);
                return super.matches(password, hash, function);
            }
        };
        try (slow) {
            String hash = slow.hash(HERE, PASSWORD);
            List<Thread> flood = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                for (int host = 1; host <= 8; host++) {
                    flood.add(attempt(slow, "198.51." + i + "." + host, "198.51." + i + ".0/24", hash));
                }
            }
            awaitParked(flood);
            CompletableFuture<Boolean> owner = new CompletableFuture<>();
            Thread waiting = Thread.ofPlatform().start(() -> owner.complete(slow.matches(HERE, PASSWORD, hash)));
            awaitParked(List.of(waiting));
            goOn.countDown();
            assertThat(owner.get(120, TimeUnit.SECONDS)).isTrue();
            assertThat(order.indexOf(PASSWORD)).isLessThanOrEqualTo(40 + Passwords.BOUNDS.atOnceMax());
            for (Thread each : flood) {
                each.join();
            }
        }
    }

    private static Thread attempt(Passwords passwords, String address, String wide, String hash) {
        Visit visit = new Visit(address, address, wide, "a browser", List.of(), null);
        return Thread.ofPlatform().start(() -> {
            try {
                passwords.matches(visit, "a guess", hash);
            } catch (Passwords.Busy e) {
                // It may not wait.
            }
        });
    }

    private static void awaitParked(List<Thread> threads) {
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING
                    && thread.getState() != Thread.State.TIMED_WAITING
                    && thread.isAlive()) {
                Thread.onSpinWait();
            }
        }
    }
}
