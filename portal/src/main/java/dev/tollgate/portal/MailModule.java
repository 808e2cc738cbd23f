package dev.tollgate.portal;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.MailRounds;
import dev.tollgate.customers.mail.MailServer;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.notices.BooksNotices;
import dev.tollgate.customers.notices.BudgetNotices;
import dev.tollgate.customers.notices.GrantNotices;
import dev.tollgate.customers.notices.KeyNotices;
import dev.tollgate.customers.notices.MemberNotices;
import dev.tollgate.customers.notices.ModelNotices;
import dev.tollgate.customers.notices.MonthlyStatements;
import dev.tollgate.customers.notices.NoticeSender;
import dev.tollgate.customers.notices.Notices;
import dev.tollgate.customers.notices.PlanNotices;
import dev.tollgate.customers.notices.Readers;
import dev.tollgate.customers.notices.RoutingNotices;
import dev.tollgate.customers.webhooks.Deliveries;
import dev.tollgate.customers.webhooks.DueDeliveries;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.http.client.PublicPost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.ModelChange;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Mails to customers: how they are written, what they are sent about, and who sends them.
 *
 * @param allowances how often a customer may cause one
 * @param rounds null if no mails are sent
 */
public record MailModule(
        Letters letters,
        Allowances allowances,
        Notices notices,
        MonthlyStatements statements,
        OfModels ofModels,
        BooksNotices booksNotices,
        BudgetNotices budgetNotices,
        KeyNotices keyNotices,
        GrantNotices grantNotices,
        PlanNotices planNotices,
        MemberNotices memberNotices,
        Webhooks webhooks,
        PublicPost post,
        Deliveries deliveries,
        @Nullable MailRounds rounds) {

    /** The mails about models: what changes goes to customers, which others answer to operators. */
    public record OfModels(ModelNotices changes, RoutingNotices routing) {}

    /** @param changes of models in the next 30 days */
    static MailModule open(
            PortalGround ground,
            PortalBooks books,
            Vertx vertx,
            Function<Catalogue, List<ModelChange>> changes,
            AnsweringHalf calls) {
        MailRounds rounds = rounds(ground, books, vertx);
        Letters letters = letters(ground.settings(), ground.languages());
        PortalStores stores = books.stores();
        Database database = books.database();
        Writer writer = books.writer();
        InstantSource clock = ground.clock();
        NoticeSender by = new NoticeSender(database, writer, stores.outbox(), letters, clock);
        Allowances allowances = new Allowances(database, books.secrets(), clock);
        Webhooks webhooks = new Webhooks(database, writer, allowances, books.secrets(), clock, ground.random());
        PublicPost post = calls.openPost(vertx, ground.opened());
        return new MailModule(
                letters,
                allowances,
                new Notices(by, stores.ledger(), stores.keys(), allowances),
                new MonthlyStatements(by),
                new OfModels(new ModelNotices(by, stores.sold(), changes), new RoutingNotices(by)),
                new BooksNotices(by),
                new BudgetNotices(by, calls.refusals(), allowances),
                new KeyNotices(by),
                new GrantNotices(by),
                new PlanNotices(by),
                new MemberNotices(by),
                webhooks,
                post,
                new Deliveries(webhooks.due(), post, disabled -> mail(books, letters, disabled), clock),
                rounds);
    }

    private static void mail(PortalBooks books, Letters letters, Deliveries.Disabled disabled) {
        Outbox outbox = books.stores().outbox();
        if (outbox.isOn()) {
            List<Change> mails = Readers.of(books.database(), disabled.accountId(), "", "").stream()
                    .<Change>map(to -> outbox.queue(
                            disabled.accountId(),
                            letters.to(to, address -> letters.webhookDisabled(address, disabled.host())),
                            () -> true))
                    .toList();
            if (!mails.isEmpty()) {
                books.writer().commitAndWait(Unit.of(mails));
            }
        }
    }

    public static Letters letters(Settings settings, Languages languages) {
        return new Letters(settings.get(PageSettings.BRAND), settings.find(PageSettings.PUBLIC_URL), languages);
    }

    /** Sends mails from now on, if that is set. */
    private static @Nullable MailRounds rounds(PortalGround ground, PortalBooks books, Vertx vertx) {
        Settings settings = ground.settings();
        URI site = settings.find(PageSettings.PUBLIC_URL);
        if (!settings.isMailOn() || site == null) {
            return null;
        }
        String host = settings.get(PageSettings.MAIL_HOST);
        int port = settings.get(PageSettings.MAIL_PORT);
        Secret password = settings.find(PageSettings.MAIL_PASSWORD);
        MailServer.Choice choice = new MailServer.Choice(
                host,
                port,
                MailServer.Protection.of(settings.get(PageSettings.MAIL_TLS), host, port),
                settings.find(PageSettings.MAIL_USER),
                password == null ? null : password.value(),
                settings.get(PageSettings.MAIL_FROM),
                site.getHost());
        MailServer server = ground.open(new MailServer(vertx, choice), MailServer::close);
        MailRounds rounds = ground.open(
                new MailRounds(books.stores().outbox(), books.writer(), server, ground.clock()), MailRounds::close);
        rounds.begin();
        return rounds;
    }

    public ModelNotices modelNotices() {
        return ofModels.changes();
    }

    public RoutingNotices routingNotices() {
        return ofModels.routing();
    }

    List<Sweep> sweeps() {
        List<Sweep> sweeps = new ArrayList<>();
        if (rounds != null) {
            sweeps.add(new Sweep("send-mails", MailRounds.EVERY, rounds::begin));
        }
        sweeps.add(new Sweep("sweep-notices", Notices.EVERY, notices::sweep));
        sweeps.add(new Sweep("mail-statements", MonthlyStatements.EVERY, statements::sweep));
        sweeps.add(new Sweep("mail-model-changes", ModelNotices.EVERY, modelNotices()::sweep));
        sweeps.add(new Sweep("mail-budgets", BudgetNotices.EVERY, budgetNotices::sweep));
        sweeps.add(new Sweep("mail-keys", KeyNotices.EVERY, keyNotices::sweep));
        sweeps.add(new Sweep("mail-grants", GrantNotices.EVERY, grantNotices::sweep));
        sweeps.add(new Sweep("mail-plans", PlanNotices.EVERY, planNotices::sweep));
        sweeps.add(new Sweep("mail-members", MemberNotices.EVERY, memberNotices::sweep));
        sweeps.add(new Sweep("mail-books", BooksNotices.EVERY, booksNotices::sweep));
        sweeps.add(new Sweep("mail-routing", RoutingNotices.EVERY, routingNotices()::sweep));
        sweeps.add(new Sweep("send-webhooks", Deliveries.EVERY, deliveries::sweep));
        sweeps.add(new Sweep("forget-webhook-events", DueDeliveries.FORGET_EVERY, webhooks.due()::forgetOld));
        return sweeps;
    }
}
