/* Files, whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"

rs_status read_file(const char *path, unsigned char **bytes, size_t *size) {
    FILE *file = fopen(path, "rb");
    size_t room = 1 << 16, read = 0, got;
    *bytes = NULL;
    if (!file)
        return RS_FILE;
    rs_status status = RS_NO_MEMORY;
    unsigned char *held = malloc(room);
    while (held) {
        got = fread(held + read, 1, room - read, file);
        read += got;
        if (got == 0) {
            status = ferror(file) ? RS_FILE : RS_OK;
            break;
        }
        unsigned char *more = read < room ? held : realloc(held, 2 * room);
        if (!more)
            break;
        room = read < room ? room : 2 * room;
        held = more;
    }
    fclose(file);
    if (status != RS_OK) {
        free(held);
        return status;
    }
    *bytes = held;
    *size = read;
    return RS_OK;
}

static int write_bytes(void *context, const void *bytes, size_t size) {
    return fwrite(bytes, 1, size, context) == size ? 0 : 1;
}

/* Writes beside the file and puts it in place when it is whole: what stands there is never half a book. */
rs_status rs_save_file(const rs_book *book, const char *path) {
    if (!book || !path)
        return RS_NULL;
    size_t length = strlen(path);
    char *beside = malloc(length + 5);
    if (!beside)
        return RS_NO_MEMORY;
    memcpy(beside, path, length);
    memcpy(beside + length, ".new", 5);
    FILE *file = fopen(beside, "wb");
    rs_status status = file ? rs_save(book, write_bytes, file) : RS_FILE;
    if (file && fclose(file) != 0 && status == RS_OK)
        status = RS_FILE;
    if (status == RS_OK && rename(beside, path) != 0)
        status = RS_FILE;
    if (file && status != RS_OK)
        remove(beside);
    free(beside);
    return status;
}

rs_status rs_restore_file(const rs_terms *terms, const rs_options *options, const char *path, rs_book **book) {
    unsigned char *bytes;
    size_t size;
    if (!terms || !path || !book)
        return RS_NULL;
    *book = NULL;
    rs_status status = read_file(path, &bytes, &size);
    if (status != RS_OK)
        return status;
    status = rs_restore(terms, options, bytes, size, book);
    free(bytes);
    return status;
}
