package dev.tollgate.testing;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.client.PublicPost;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.ModelLife;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.portal.AnsweringHalf;
import dev.tollgate.portal.PortalBooks;
import dev.tollgate.portal.PortalGround;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.OtherTier;
import dev.tollgate.running.RunningCalls;
import dev.tollgate.running.Trial;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other half, absent: no channel, no running call, no file; models retire as the catalogue says it, and the playground's calls are refused. The gate of keys, the counts of refusals
 * and of requests are the program's own, since both halves share them; posts to customers' addresses go anywhere.
 */
record NoCalls(
        boolean isSandbox,
        ModelLife models,
        KeyGate gate,
        RequestCount requests,
        RefusedCalls refused,
        RefusalBooks refusals)
        implements AnsweringHalf {

    static NoCalls of(PortalGround ground, PortalBooks books) {
        RefusalBooks refusals =
                ground.open(new RefusalBooks(books.database(), books.writer(), ground.clock()), RefusalBooks::close);
        RequestCount requests = new RequestCount(new Quotas(() -> 1), ground.clock());
        return new NoCalls(
                !ground.settings().hasRealUpstream(),
                new CatalogueLife(ground.catalogue(), books.sharedClock()),
                new KeyGate(books.stores().keys(), requests),
                requests,
                new RefusedCalls(ground.clock(), refusals::count),
                refusals);
    }

    @Override
    public RunningCalls running() {
        return accounts -> Map.of();
    }

    @Override
    public List<ChannelStatus> channels() {
        return List.of();
    }

    @Override
    public List<OtherTier> otherTiers() {
        return List.of();
    }

    @Override
    public boolean hasChannelsFile() {
        return false;
    }

    @Override
    public boolean reloadChannels() {
        return false;
    }

    @Override
    public void tryChannel(String channelId, Consumer<Trial> then) {
        then.accept(new Trial.NoSuchChannel());
    }

    @Override
    public AccountFiles.Shelf files() {
        return new AccountFiles.Shelf() {
            @Override
            public long bytesMax() {
                return 0;
            }

            @Override
            public List<AccountFiles.Holder> holders() {
                return List.of();
            }

            @Override
            public List<AccountFiles.Held> of(String accountId) {
                return List.of();
            }

            @Override
            public AccountFiles.Removal removal(String accountId, @Nullable String file) {
                throw new UnsupportedOperationException("there are no files");
            }
        };
    }

    @Override
    public Duration answersKept() {
        return Duration.ofHours(24);
    }

    @Override
    public PublicPost openPost(Vertx vertx, Opened opened) {
        return opened.add(new PlainPost(), PlainPost::close);
    }

    @Override
    public Route<KeyCaller> playgroundChat(Gate<KeyCaller> session) {
        return refusing("chat", session);
    }

    @Override
    public Route<KeyCaller> playgroundEstimate(Gate<KeyCaller> session) {
        return refusing("estimate", session);
    }

    @Override
    public Route<KeyCaller> playgroundCount(Gate<KeyCaller> session) {
        return refusing("count", session);
    }

    @Override
    public Route<KeyCaller> playgroundFit(Gate<KeyCaller> session) {
        return refusing("fit", session);
    }

    private static Route<KeyCaller> refusing(String name, Gate<KeyCaller> session) {
        return Route.post("/playground/" + name, session, (exchange, caller) -> {
            throw ApiError.of(ErrorCode.INTERNAL_ERROR, "No model answers here.")
                    .withStatus(503)
                    .asException();
        });
    }
}
