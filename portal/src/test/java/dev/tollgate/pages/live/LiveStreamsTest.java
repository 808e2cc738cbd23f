package dev.tollgate.pages.live;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.keys.KeyView;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.live.LiveStream.LiveView;
import dev.tollgate.pages.live.LiveStreams.LiveReads;
import dev.tollgate.running.CallNow;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LiveStreamsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final Accounts accounts = new Accounts();
    private final LiveStreams streams = new LiveStreams(
            accounts, Map.of("payment", (account, id, zone) -> Map.of("payment:" + id, account)), () -> NOON);

    /** Accounts whose sequence is their balance in credits. */
    private static final class Accounts implements LiveReads {

        private final Map<String, Long> sequences = new HashMap<>();
        private final Set<String> ended = new HashSet<>();
        private final Map<String, String> shown = new HashMap<>();
        private int headsRead;
        private int closeLooks;

        private LiveAccounts.Head head(String id) {
            long sequence = sequences.getOrDefault(id, 1L);
            return new LiveAccounts.Head(new Balance(sequence * 1_000_000, 0, sequence * 1_000_000, 0), sequence);
        }

        @Override
        public Map<String, LiveAccounts.Head> heads(List<String> accountIds) {
            headsRead++;
            Map<String, LiveAccounts.Head> heads = new HashMap<>();
            accountIds.forEach(id -> heads.put(id, head(id)));
            return heads;
        }

        @Override
        public LiveAccounts.Now now(String accountId, KeyFilter keys, ZoneId zone, Instant now) {
            closeLooks++;
            return new LiveAccounts.Now(head(accountId), Figures.NONE, List.of());
        }

        @Override
        public int newer(String accountId, KeyFilter keys, long number) {
            return 7;
        }

        @Override
        public Map<String, LiveStream.Scope> alive(List<String> sessions) {
            Map<String, LiveStream.Scope> alive = new HashMap<>();
            shown.forEach((session, account) -> alive.put(session, scope(account)));
            alive.keySet().retainAll(sessions);
            alive.keySet().removeAll(ended);
            return alive;
        }

        @Override
        public Map<String, CallNow> running(Set<String> accountIds) {
            return Map.of();
        }
    }

    private static final class Tab implements LiveStream.Tab {

        private final List<Map<String, Object>> told = new ArrayList<>();
        private boolean ended;

        @Override
        public void send(Map<String, Object> figures) {
            told.add(figures);
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    private static LiveStream.Scope scope(String account) {
        return new LiveStream.Scope(account, KeyView.ALL, true);
    }

    private static LiveView view(String session, String account) {
        return new LiveView(
                session, scope(account), ZoneOffset.UTC, Language.ENGLISH, Money.CREDITS, null, null, null, null);
    }

    private Tab open(String session, String account) {
        Tab tab = new Tab();
        streams.open(view(session, account), tab);
        accounts.shown.put(session, account);
        return tab;
    }

    @Test
    void all_streams_are_looked_at_with_one_read_and_one_more_for_each_account_that_has_changed() {
        List<Tab> tabs = new ArrayList<>();
        for (int i = 0; i < 960; i++) {
            tabs.add(open("s" + i, "acc_" + i % 40));
        }
        streams.look();
        assertThat(accounts.headsRead).isEqualTo(1);
        assertThat(accounts.closeLooks).isEqualTo(40);
        assertThat(tabs).allSatisfy(tab -> assertThat(tab.told).hasSize(1));
        accounts.sequences.put("acc_7", 5L);
        streams.look();
        assertThat(accounts.headsRead).isEqualTo(2);
        assertThat(accounts.closeLooks).isEqualTo(41);
        assertThat(tabs.get(7).told.getLast()).containsEntry("balance", "5.00").doesNotContainKey("calls");
        assertThat(tabs.get(8).told).hasSize(1);
    }

    @Test
    void past_a_thousand_there_are_no_more() {
        for (int i = 0; i < 1_000; i++) {
            open("s" + i, "acc_" + i);
        }
        assertThatThrownBy(() -> open("more", "acc_more"))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().status()).isEqualTo(503));
        assertThat(streams.size()).isEqualTo(1_000);
    }

    @Test
    void an_account_has_as_many_streams_as_it_leaves_to_others() {
        List<LiveStream> greedy = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            greedy.add(streams.open(view("s" + i, "acc_greedy"), new Tab()));
        }
        assertThatThrownBy(() -> open("s", "acc_greedy"))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().status()).isEqualTo(429));
        for (int i = 0; i < 250; i++) {
            open("t" + i, "acc_other");
        }
        assertThatThrownBy(() -> open("t", "acc_other")).isInstanceOf(ApiException.class);
        greedy.forEach(streams::leave);
        open("s", "acc_greedy");
    }

    @Test
    void however_many_accounts_change_at_once_each_has_its_turn() {
        List<Tab> tabs = new ArrayList<>();
        for (int i = 0; i < 180; i++) {
            tabs.add(open("s" + i, "acc_" + i));
        }
        streams.look();
        assertThat(accounts.closeLooks).isEqualTo(50);
        for (int i = 0; i < 3; i++) {
            streams.look();
        }
        assertThat(tabs).allSatisfy(tab -> assertThat(tab.told).hasSize(1));
    }

    @Test
    void a_tab_that_missed_an_event_gets_all_figures_again() {
        Tab tab = new Tab();
        LiveStream stream = streams.open(view("s", "acc_1"), tab);
        streams.look();
        stream.fellBehind();
        streams.look();
        assertThat(tab.told).hasSize(2);
        assertThat(tab.told.get(1)).isEqualTo(tab.told.get(0));
    }

    @Test
    void a_place_that_was_left_can_be_taken() {
        for (int i = 0; i < 20; i++) {
            LiveStream stream = streams.open(view("s", "acc_1"), new Tab());
            streams.leave(stream);
            streams.leave(stream);
        }
        assertThat(streams.size()).isZero();
    }

    @Test
    void streams_end_with_their_session_and_all_when_the_server_drains() {
        Tab out = open("out", "acc_1");
        Tab in = open("in", "acc_1");
        accounts.ended.add("out");
        for (int i = 0; i < 5; i++) {
            streams.look();
        }
        assertThat(out.ended).isTrue();
        assertThat(in.ended).isFalse();
        streams.close();
        assertThat(in.ended).isTrue();
        assertThatThrownBy(() -> open("late", "acc_1")).isInstanceOf(ApiException.class);
    }

    @Test
    void a_stream_ends_if_its_session_shows_another_account() {
        Tab before = open("s", "acc_1");
        Tab after = open("s", "acc_2");
        for (int i = 0; i < 5; i++) {
            streams.look();
        }
        assertThat(before.ended).isTrue();
        assertThat(after.ended).isFalse();
    }

    @Test
    void a_page_has_what_it_asked_for_of_its_own_account() {
        Tab tab = new Tab();
        streams.open(
                new LiveView(
                        "s",
                        scope("acc_1"),
                        ZoneOffset.UTC,
                        Language.ENGLISH,
                        Money.CREDITS,
                        5L,
                        null,
                        "payment",
                        "pay_1"),
                tab);
        streams.look();
        assertThat(tab.told.getFirst())
                .containsEntry("new-calls", "7 new calls – show")
                .containsEntry("payment:pay_1", "acc_1");
    }

    @Test
    void each_tab_reads_its_own_language() {
        Language other = new Language(
                "xx",
                "Other",
                Plural.NONE,
                Language.ENGLISH.signs(),
                Map.of("{amount} credits", "{amount} Xcredits")::get);
        List<Tab> tabs = new ArrayList<>();
        for (Language language : List.of(Language.ENGLISH, other)) {
            Tab tab = new Tab();
            streams.open(
                    new LiveView(
                            "s" + tabs.size(),
                            scope("acc_1"),
                            ZoneOffset.UTC,
                            language,
                            Money.CREDITS,
                            null,
                            null,
                            null,
                            null),
                    tab);
            tabs.add(tab);
        }
        streams.look();
        assertThat(tabs.get(0).told.getFirst()).containsEntry("title:today", "0.000000 credits");
        assertThat(tabs.get(1).told.getFirst()).containsEntry("title:today", "0.000000 Xcredits");
        assertThat(accounts.closeLooks).isEqualTo(1);
    }
}
