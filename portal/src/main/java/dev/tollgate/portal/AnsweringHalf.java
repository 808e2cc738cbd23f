package dev.tollgate.portal;

import dev.tollgate.base.loops.Opened;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.client.PublicPost;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.ModelLife;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.OtherTier;
import dev.tollgate.running.RunningCalls;
import dev.tollgate.running.Trial;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The half that answers calls of models, as the portal asks it. Thread-safe. */
public interface AnsweringHalf {

    /** Returns whether the built-in sandbox answers, so that calls cost the operator nothing. */
    boolean isSandbox();

    /** Returns the models that serve those on sale now. */
    ModelLife models();

    /** Returns the calls that run on this server. */
    RunningCalls running();

    /** Returns each channel with its health. */
    List<ChannelStatus> channels();

    /** Returns the models whose lines of batches do not get the tier flex on a channel that is to grant it. */
    List<OtherTier> otherTiers();

    /** Returns whether the channels come from a file that can be read again. */
    boolean hasChannelsFile();

    /** Reads the file of channels again; one with an error changes nothing. Blocks. @return whether it was taken */
    boolean reloadChannels();

    /** Asks a channel something that costs nothing. @param then gets the answer soon, once */
    void tryChannel(String channelId, Consumer<Trial> then);

    /** Returns the latest refused calls of this server. */
    RefusedCalls refused();

    /** Returns the counts of refused calls. */
    RefusalBooks refusals();

    /** Returns the count of an account's requests. */
    RequestCount requests();

    /** Returns the gate of API keys, which counts their requests. */
    KeyGate gate();

    /** Returns the files that accounts store. */
    AccountFiles.Shelf files();

    /** Returns how long the answer of an idempotency key can be fetched again. */
    Duration answersKept();

    /** Opens the client that posts to the addresses that customers name. */
    PublicPost openPost(Vertx vertx, Opened opened);

    /** Returns the route of the playground's calls. @param session counts each as a request */
    Route<KeyCaller> playgroundChat(Gate<KeyCaller> session);

    /** Returns the route that estimates the price of a playground call. */
    Route<KeyCaller> playgroundEstimate(Gate<KeyCaller> session);

    /** Returns the route that counts the tokens of a playground call. */
    Route<KeyCaller> playgroundCount(Gate<KeyCaller> session);

    /** Returns the route that says whether a response of the playground fits its schema. */
    Route<KeyCaller> playgroundFit(Gate<KeyCaller> session);
}
