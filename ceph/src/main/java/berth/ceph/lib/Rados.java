package berth.ceph.lib;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The functions of librados that Berth calls, by their names in C. */
final class Rados {
    private static final NativeLibrary LIBRARY = new NativeLibrary("librados.so.2", "librados2");

    static final NativeFunction CREATE = LIBRARY.function("rados_create2");
    static final NativeFunction SHUTDOWN = LIBRARY.function("rados_shutdown");
    static final NativeFunction CONNECT = LIBRARY.function("rados_connect");
    static final NativeFunction CONF_READ_FILE = LIBRARY.function("rados_conf_read_file");
    static final NativeFunction CONF_PARSE_ENV = LIBRARY.function("rados_conf_parse_env");
    static final NativeFunction CONF_SET = LIBRARY.function("rados_conf_set");
    static final NativeFunction CONF_GET = LIBRARY.function("rados_conf_get");
    static final NativeFunction CLUSTER_FSID = LIBRARY.function("rados_cluster_fsid");
    static final NativeFunction MON_COMMAND = LIBRARY.function("rados_mon_command");
    static final NativeFunction BUFFER_FREE = LIBRARY.function("rados_buffer_free");
    static final NativeFunction POOL_LIST = LIBRARY.function("rados_pool_list");
    static final NativeFunction POOL_CREATE = LIBRARY.function("rados_pool_create");
    static final NativeFunction POOL_DELETE = LIBRARY.function("rados_pool_delete");
    static final NativeFunction IOCTX_CREATE = LIBRARY.function("rados_ioctx_create");
    static final NativeFunction IOCTX_CREATE_BY_ID = LIBRARY.function("rados_ioctx_create2");
    static final NativeFunction IOCTX_DESTROY = LIBRARY.function("rados_ioctx_destroy");
    static final NativeFunction IOCTX_SET_NAMESPACE = LIBRARY.function("rados_ioctx_set_namespace");
    static final NativeFunction SET_FULL_TRY = LIBRARY.function("rados_set_pool_full_try");
    static final NativeFunction UNSET_FULL_TRY = LIBRARY.function("rados_unset_pool_full_try");
    static final NativeFunction READ = LIBRARY.function("rados_read");
    static final NativeFunction WRITE = LIBRARY.function("rados_write");
    static final NativeFunction REMOVE = LIBRARY.function("rados_remove");
    static final NativeFunction SNAP_SET_READ = LIBRARY.function("rados_ioctx_snap_set_read");
    static final NativeFunction CREATE_READ_OP = LIBRARY.function("rados_create_read_op");
    static final NativeFunction RELEASE_READ_OP = LIBRARY.function("rados_release_read_op");
    static final NativeFunction READ_OP_CHECKSUM = LIBRARY.function("rados_read_op_checksum");
    static final NativeFunction READ_OP_OPERATE = LIBRARY.function("rados_read_op_operate");
    static final NativeFunction CREATE_WRITE_OP = LIBRARY.function("rados_create_write_op");
    static final NativeFunction RELEASE_WRITE_OP = LIBRARY.function("rados_release_write_op");
    static final NativeFunction WRITE_OP_ASSERT_EXISTS = LIBRARY.function("rados_write_op_assert_exists");
    static final NativeFunction WRITE_OP_EXEC = LIBRARY.function("rados_write_op_exec");
    static final NativeFunction WRITE_OP_OPERATE = LIBRARY.function("rados_write_op_operate");
    static final NativeFunction OBJECTS_OPEN = LIBRARY.function("rados_nobjects_list_open");
    static final NativeFunction OBJECTS_NEXT = LIBRARY.function("rados_nobjects_list_next");
    static final NativeFunction OBJECTS_CLOSE = LIBRARY.function("rados_nobjects_list_close");

    static final NativeFunction EXEC = LIBRARY.function("rados_exec");
    static final NativeFunction POOL_NAME = LIBRARY.function("rados_pool_reverse_lookup");

    /** C++: {@code const char *ceph_version_to_str()}, of a library that librados brings along. */
    private static final String VERSION = "_Z19ceph_version_to_strv";

    private Rados() {}

    /** The version of Ceph that the library is of, for example {@code 16.2.15}; empty when it does not tell. */
    static String version() {
        Optional<MemorySegment> function = LIBRARY.find(VERSION);
        return function.isEmpty()
                ? ""
                : Text.at(MemorySegment.ofAddress(LIBRARY.function(VERSION).call()));
    }
}
