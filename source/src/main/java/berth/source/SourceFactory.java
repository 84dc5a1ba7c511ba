package berth.source;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.source.qcow.QcowReader;
import berth.source.qcow.QcowSnapshot;
import berth.source.remote.RemoteOptions;
import berth.source.secret.SecretReader;
import berth.source.secret.SecretStore;
import berth.source.spec.NativeSpec;
import berth.source.spec.QcowSpec;
import berth.source.spec.RawSpec;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import berth.source.spec.StreamSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens sources. Safe for use by several threads. */
public final class SourceFactory implements SourceOpener {
    private final NativeResolver natives;
    private final StreamOpener streams;

    /**
     * Opens sources without secrets.
     *
     * @param natives what opens {@code native} sources
     */
    public SourceFactory(NativeResolver natives) {
        this(natives, SecretStore.NONE, RemoteOptions.DEFAULT);
    }

    /**
     * @param natives what opens {@code native} sources
     * @param secrets the secrets that specs refer to by name
     * @param remote how patient streams from servers are, and how much memory they take
     */
    public SourceFactory(NativeResolver natives, SecretStore secrets, RemoteOptions remote) {
        this.natives = natives;
        this.streams = new StreamOpener(new SecretReader(secrets), remote);
    }

    /**
     * Opens a source from its {@code source-spec}; relative paths are relative to the working directory of this process.
     *
     * @throws BlockException as {@link SpecParser#parse} and {@link #open(SourceSpec)}
     */
    @Override
    public Source open(String description) {
        return open(new SpecParser(Path.of("")).parse(description), streams);
    }

    /**
     * Opens a source that somebody has just named: a server where nobody listens is not waited for as long as one that
     * has answered before.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when a file or a secret is missing; {@link Problem#FORBIDDEN} when an
     *     image names a file that it may not; {@link Problem#INVALID_ARGUMENT} when the format of a backing file is not
     *     named; {@link Problem#MALFORMED}, {@link Problem#UNSUPPORTED} and {@link Problem#CORRUPT} for what is in the
     *     images
     */
    public Source open(SourceSpec spec) {
        return open(spec, streams.forFirstContact());
    }

    private Source open(SourceSpec spec, StreamOpener opener) {
        return switch (spec) {
            case NativeSpec image -> natives.open(image);
            case RawSpec raw -> openRaw(raw, opener);
            case QcowSpec qcow -> openQcow(qcow, opener);
        };
    }

    private static DiskSource openRaw(RawSpec spec, StreamOpener opener) {
        List<ChainMember> members = new ArrayList<>();
        List<Source.Point> points = new ArrayList<>();
        try {
            members.add(rawMember(spec.stream(), opener));
            for (RawSpec.Snapshot snapshot : spec.snapshots()) {
                ChainMember member = rawMember(snapshot.stream(), opener);
                members.add(member);
                points.add(new Source.Point(snapshot.name(), false, Optional.empty(), member.reader(Optional.empty())));
            }
        } catch (RuntimeException e) {
            members.forEach(ChainMember::close);
            throw e;
        }
        points.add(head(members.getFirst().reader(Optional.empty())));
        return new DiskSource(spec, members, points);
    }

    private static ChainMember rawMember(StreamSpec spec, StreamOpener opener) {
        return ChainMember.Raw.of(opener.open(spec));
    }

    private static DiskSource openQcow(QcowSpec spec, StreamOpener opener) {
        List<ChainMember> members = ChainOpener.open(spec, opener);
        Optional<BlockReader> backing = Optional.empty();
        for (ChainMember member : members.subList(1, members.size()).reversed()) {
            backing = Optional.of(member.reader(backing));
        }
        List<Source.Point> points = new ArrayList<>();
        if (members.getFirst() instanceof ChainMember.Qcow image) {
            SnapshotNames names = new SnapshotNames();
            for (QcowSnapshot snapshot : image.image().snapshots()) {
                QcowReader reader = image.image().at(snapshot, backing);
                points.add(new Source.Point(names.nameOf(snapshot), false, Optional.of(snapshot.created()), reader));
            }
        }
        points.add(head(members.getFirst().reader(backing)));
        return new DiskSource(spec, members, points);
    }

    private static Source.Point head(BlockReader reader) {
        return new Source.Point("", false, Optional.empty(), reader);
    }
}
