package dev.tollgate.serving;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.kept.KeptForm;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.protocols.audio.AudioProtocol;
import dev.tollgate.protocols.chat.ChatProtocol;
import dev.tollgate.protocols.completions.CompletionsProtocol;
import dev.tollgate.protocols.door.BackgroundCalls;
import dev.tollgate.protocols.door.Calls;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.ModelNames;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.googleapi.CachedContents;
import dev.tollgate.protocols.googleapi.ContinuationTokens;
import dev.tollgate.protocols.googleapi.GenerateProtocol;
import dev.tollgate.protocols.googleapi.interactions.InteractionsProtocol;
import dev.tollgate.protocols.images.ImagesPath;
import dev.tollgate.protocols.images.ImagesProtocol;
import dev.tollgate.protocols.messages.MessagesProtocol;
import dev.tollgate.protocols.responses.ResponsesProtocol;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;

/** Makes the doors of callers' programs: each protocol with its settings, in front of the calls. */
record CallDoors(
        CallGround ground,
        CallBooks books,
        Calls calls,
        SchemaChecks checks,
        Signatures signatures,
        KeptResponses kept,
        FileAddresses images,
        BackgroundCalls background) {

    /** Returns the door of a protocol. */
    Door of(Protocol protocol) {
        return new Door(protocol, calls, bodies(), null, null);
    }

    /** Returns the door of a protocol that offers work in the background. */
    Door inBackground(Protocol protocol, BackgroundCalls.Repeated repeated) {
        return new Door(protocol, calls, bodies(), background, repeated);
    }

    /** Returns what decides about large bodies. */
    LargeBodies bodies() {
        return new LargeBodies(books.stores().ledger(), calls.known());
    }

    /** @param tellsCost whether a response reports its cost while it runs */
    Protocol chat(boolean tellsCost) {
        return new ChatProtocol(
                calls.models(),
                signatures,
                checks,
                reading(),
                ground.settings().jsonClients(),
                silence(),
                ground.clock(),
                ground.surroundings().random(),
                images,
                tellsCost);
    }

    Protocol completions() {
        return new CompletionsProtocol(calls.models(), signatures, checks, reading(), silence(), ground.clock());
    }

    Protocol images(ImagesPath path) {
        return new ImagesProtocol(
                calls.models(),
                signatures,
                checks,
                reading(),
                silence(),
                ground.clock(),
                new ModelNames(ground.settings().list(TrafficSettings.IMAGES_MODELS)),
                images,
                path);
    }

    /** @param transcribes speech, or else makes it */
    Protocol audio(boolean transcribes) {
        return new AudioProtocol(calls.models(), signatures, checks, reading(), silence(), transcribes);
    }

    ResponsesProtocol responses() {
        return new ResponsesProtocol(
                calls.models(),
                signatures,
                kept,
                background.jobs(),
                images,
                calls.secrets(),
                checks,
                reading(),
                silence(),
                ground.clock(),
                ground.surroundings().random());
    }

    Protocol generate(GenerateProtocol.Method method) {
        return new GenerateProtocol(
                method,
                calls.models(),
                signatures,
                checks,
                reading(),
                cachedContents(),
                new ContinuationTokens(calls.secrets()),
                silence());
    }

    Protocol interactions() {
        return new InteractionsProtocol(
                calls.models(),
                signatures,
                kept.of(KeptForm.INTERACTIONS),
                background.jobs(),
                cachedContents(),
                images,
                checks,
                reading(),
                silence(),
                ground.clock(),
                ground.surroundings().random());
    }

    /** @param counts whether it counts prompts, or else answers them */
    Protocol messages(boolean counts) {
        return new MessagesProtocol(
                calls.models(),
                signatures,
                checks,
                reading(),
                ground.surroundings().random(),
                silence(),
                new ModelNames(ground.settings().list(TrafficSettings.MESSAGES_MODELS)),
                counts);
    }

    private Duration silence() {
        return ground.surroundings().waits().silence();
    }

    /** Returns the limits of what is read. */
    ReadLimits reading() {
        Settings settings = ground.settings();
        return new ReadLimits(
                settings.get(TrafficSettings.NESTING),
                settings.get(TrafficSettings.MESSAGES),
                ReadLimits.DEFAULT.partsMax(),
                settings.get(TrafficSettings.TOOLS),
                settings.get(TrafficSettings.MEDIA));
    }

    CachedContents cachedContents() {
        return new CachedContents(images.files(), books.node().sharedClock(), reading());
    }
}
